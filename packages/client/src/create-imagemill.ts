import { createApiClient, type ImagemillOptions } from './api/api-client.ts';
import { followImage } from './follow/follow-image.ts';
import { type FollowTarget, followTarget } from './follow/follow-target.ts';
import { type WaitOptions, waitUntilReady } from './follow/wait-until-ready.ts';
import { createImageCalls, type ImageCalls } from './images.ts';
import type { Image, ReadyImage } from './types.ts';
import { createUpload, type Upload, type UploadTo } from './upload/create-upload.ts';
import { createPartCalls, type PartCalls } from './upload/part-calls.ts';

export interface Imagemill extends ImageCalls {
  /**
   * Uploads a file, by PUT, POST or in parts, and waits until its renditions are live.
   *
   * @throws ImagemillError if the API rejects a request
   * @throws UploadError if the storage rejects the upload
   * @throws ImageEndedError if the image was rejected or failed
   * @throws the signal's reason once it is aborted
   */
  readonly upload: Upload;
  /** The same with a ticket that your server has requested for the page. */
  readonly uploadTo: UploadTo;
  /**
   * Waits until all renditions of an image are live: by live events, otherwise by polling.
   *
   * @param image its id, or its ticket: a ticket's follow token replaces an API key
   * @throws ImageEndedError if it was rejected, failed, expired or deleted; ImageHeldError if moderation keeps it back
   * @throws ImagemillError `timeout` after five minutes, or `timeoutMs`
   */
  waitUntilReady(image: string | FollowTarget, options?: WaitOptions): Promise<ReadyImage>;
  /** Yields the image after every change, until its end. */
  followImage(
    image: string | FollowTarget,
    options?: Pick<WaitOptions, 'signal' | 'live'>,
  ): AsyncGenerator<Image, void, undefined>;
  /** Calls for multipart uploads without `upload`. */
  readonly parts: PartCalls;
}

/** A client of one imagemill API. */
export function createImagemill(options: ImagemillOptions): Imagemill {
  const api = createApiClient(options);
  const images = createImageCalls(api);
  const parts = createPartCalls(api);
  const send = options.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args));
  return {
    ...images,
    parts,
    ...createUpload({ api, images, parts, fetch: send }),
    waitUntilReady: (image, wait) => waitUntilReady(api, followTarget(image), wait),
    followImage: (image, follow) => followImage(api, followTarget(image), follow),
  };
}
