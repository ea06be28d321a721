import { type Image, ImageEndedError, ImageHeldError } from '@imagemill/client';

/** The image at its end, or held. A rejected, held or failed image is a result to show, not an error. */
export async function endOf(ready: Promise<Image>): Promise<Image> {
  try {
    return await ready;
  } catch (error) {
    if (error instanceof ImageEndedError || error instanceof ImageHeldError) return error.image;
    throw error;
  }
}
