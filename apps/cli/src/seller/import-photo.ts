import type { ApiClient } from './api-client.ts';
import { untilEnded } from './until-ended.ts';
import type { UploadedPhoto, UploadStep } from './upload-photo.ts';

/** Whether what was named is for a worker to download, not a file of ours. */
export const isPhotoUrl = (path: string): boolean => /^https?:\/\//i.test(path);

/** A URL as it may be shown: its query may be a signature. */
export const withoutQuery = (path: string): string => (isPhotoUrl(path) ? path.replace(/[?#].*$/s, '') : path);

/**
 * Has a photograph imported from its URL, and waits for its end.
 *
 * @throws FailureToExplain when the request is refused, or nothing ends in five minutes
 */
export async function importPhoto(
  api: ApiClient,
  url: string,
  category: string,
  onStep: (step: UploadStep) => void,
): Promise<UploadedPhoto> {
  const askedAt = performance.now();
  const { imageId } = await api.importImage({ url, category });
  const image = await untilEnded(api, imageId, onStep);
  const readyMs = performance.now() - askedAt;
  return { path: withoutQuery(url), originalBytes: image.source?.bytes, image, readyMs };
}
