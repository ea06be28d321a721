import type { RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';

/**
 * Aborts an image's unfinished multipart upload, if it has one. Some storage may still keep a part that is in transit; the
 * reconciler finds it later.
 *
 * @throws StorageError
 */
export async function abortParts(originals: ObjectStorage, image: RenderImage, signal: AbortSignal): Promise<void> {
  const { originalKey: key, multipart } = image;
  if (multipart) await originals.multipart.abort({ key, uploadId: multipart.uploadId }, { signal });
}
