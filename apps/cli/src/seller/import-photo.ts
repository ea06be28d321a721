import type { Image, UploadProgress } from '@imagemill/client';
import { endOf } from './end-of.ts';
import type { SendPhoto } from './send-photo.ts';

/** Whether an argument is a URL, for a worker to download, and not a file. */
export const isPhotoUrl = (path: string): boolean => /^https?:\/\//i.test(path);

/** A URL as it may be shown: its query may be a signature. */
export const withoutQuery = (path: string): string => (isPhotoUrl(path) ? path.replace(/[?#].*$/s, '') : path);

/**
 * Has a photograph imported from its URL, and waits for its end.
 *
 * @throws ImagemillError when the request is rejected, or nothing ends in five minutes
 */
export const importPhoto: SendPhoto = async (imagemill, url, { category, signal, onProgress, onImage }) => {
  const askedAt = performance.now();
  const ticket = await imagemill.importImage({ url, category }, { signal });
  onImage(ticket.imageId);
  const image = await endOf(
    imagemill.waitUntilReady(ticket, { signal, onImage: (image) => onProgress(progressOf(image)) }),
  );
  const readyMs = performance.now() - askedAt;
  return { path: withoutQuery(url), originalBytes: image.source?.bytes, image, readyMs };
};

/** An import sends nothing from here. */
const progressOf = ({ progress, renditions }: Image): UploadProgress => ({
  ...{ phase: 'processing', offline: false, loaded: 0, total: 0 },
  ...{ done: progress.done, planned: progress.total, renditions },
});
