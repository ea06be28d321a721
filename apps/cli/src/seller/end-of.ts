import { type Image, ImageEndedError } from '@imagemill/client';

/** An image that came to nothing is a result to show as well, not a failure of the command. */
export async function endOf(ready: Promise<Image>): Promise<Image> {
  try {
    return await ready;
  } catch (error) {
    if (error instanceof ImageEndedError) return error.image;
    throw error;
  }
}
