import { ImageView } from '@imagemill/images';
import { exampleImage, exampleRejectedImage } from './examples.ts';

/** The status of an image, in responses and events. */
export const ImageAnswer = ImageView.meta({
  id: 'Image',
  description: 'The status of an image and its renditions. `renditions` grows as they go live.',
  examples: [exampleImage, exampleRejectedImage],
});
