import { ImageView } from '@imagemill/images';
import { exampleImage, exampleRejectedImage } from './examples.ts';

/** The status of an image, in whichever answer or event it comes. */
export const ImageAnswer = ImageView.meta({
  id: 'Image',
  description: 'Where an image stands, and what there is of it. `renditions` grows as they go live.',
  examples: [exampleImage, exampleRejectedImage],
});
