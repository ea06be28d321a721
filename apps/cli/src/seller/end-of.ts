import { type Image, ImageEndedError } from '@imagemill/client';

/** The image at its end. A rejected or failed image is a result to show, not an error. */
export async function endOf(ready: Promise<Image>): Promise<Image> {
  try {
    return await ready;
  } catch (error) {
    if (error instanceof ImageEndedError) return error.image;
    throw error;
  }
}
