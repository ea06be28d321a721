import type { RenderImage } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';

/**
 * Gives up an image's upload in parts, where it has one and has not ended it. A part that is on its way at this moment may
 * still be kept by some storage; the reconciler finds that.
 *
 * @throws StorageError
 */
export async function abortParts(originals: ObjectStorage, image: RenderImage, signal: AbortSignal): Promise<void> {
  const { originalKey: key, multipart } = image;
  if (multipart) await originals.multipart.abort({ key, uploadId: multipart.uploadId }, { signal });
}
