import type { Image, UploadProgress } from '@imagemill/client';
import { endOf } from './end-of.ts';
import type { SendPhoto } from './send-photo.ts';

/** Whether an argument is a URL, for a worker to download, and not a file. */
export const isPhotoUrl = (path: string): boolean => /^https?:\/\//i.test(path);

/** A URL without its query, which may hold a signature. */
export const withoutQuery = (path: string): string => (isPhotoUrl(path) ? path.replace(/[?#].*$/s, '') : path);

/**
 * Imports a photograph from its URL, and waits for its end.
 *
 * @throws ImagemillError when the request is rejected, or the image has not ended in five minutes
 */
export const importPhoto: SendPhoto = async (imagemill, url, { category, enhance, signal, onProgress, onImage }) => {
  const askedAt = performance.now();
  const ticket = await imagemill.importImage({ url, category, enhance }, { signal });
  onImage(ticket.imageId);
  const image = await endOf(
    imagemill.waitUntilReady(ticket, {
      signal,
      onImage(image) {
        // It is queued until a worker has downloaded it.
        if (image.status !== 'queued') onProgress(progressOf(image));
      },
    }),
  );
  const readyMs = performance.now() - askedAt;
  return { path: withoutQuery(url), originalBytes: image.source?.bytes, image, readyMs };
};

/** An import uploads no bytes from here. */
const progressOf = ({ progress, renditions }: Image): UploadProgress => ({
  phase: 'processing',
  offline: false,
  loaded: 0,
  total: 0,
  done: progress.done,
  planned: progress.total,
  renditions,
});
