import type { Image, Imagemill, UploadProgress } from '@imagemill/client';
import { endOf } from './end-of.ts';
import type { UploadedPhoto } from './upload-photo.ts';

/** Whether what was named is for a worker to download, not a file of ours. */
export const isPhotoUrl = (path: string): boolean => /^https?:\/\//i.test(path);

/** A URL as it may be shown: its query may be a signature. */
export const withoutQuery = (path: string): string => (isPhotoUrl(path) ? path.replace(/[?#].*$/s, '') : path);

/**
 * Has a photograph imported from its URL, and waits for its end.
 *
 * @throws ImagemillError when the request is refused, or nothing ends in five minutes
 */
export async function importPhoto(
  imagemill: Imagemill,
  url: string,
  category: string,
  onProgress: (progress: UploadProgress) => void,
): Promise<UploadedPhoto> {
  const askedAt = performance.now();
  const ticket = await imagemill.importImage({ url, category });
  const onImage = (image: Image) => onProgress(progressOf(image));
  const image = await endOf(imagemill.waitUntilReady(ticket, { onImage }));
  const readyMs = performance.now() - askedAt;
  return { path: withoutQuery(url), originalBytes: image.source?.bytes, image, readyMs };
}

/** Of an import nothing is uploaded from here. */
const progressOf = ({ progress, renditions }: Image): UploadProgress => ({
  ...{ phase: 'processing', loaded: 0, total: 0 },
  ...{ done: progress.done, planned: progress.total, renditions },
});
