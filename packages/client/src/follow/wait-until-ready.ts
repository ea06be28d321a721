import type { ApiClient } from '../api/api-client.ts';
import { isTimeout, withTimeout } from '../api/with-timeout.ts';
import { ImageEndedError, ImageHeldError, ImagemillError } from '../errors.ts';
import type { Image, ReadyImage } from '../types.ts';
import { isFinal } from './apply-event.ts';
import { followImage } from './follow-image.ts';
import type { FollowTarget } from './follow-target.ts';

const WAIT_MS = 5 * 60_000;

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of the whole wait; five minutes by default. */
  readonly timeoutMs?: number | undefined;
  /** Called with the image after every change. */
  readonly onImage?: ((image: Image) => void) | undefined;
  /** `false` polls from the start, without live events. */
  readonly live?: boolean | undefined;
}

/**
 * Waits until all renditions of an image are live.
 *
 * @throws ImageEndedError if it was rejected, failed, expired or deleted
 * @throws ImageHeldError if moderation keeps it back
 * @throws ImagemillError `timeout` if it has not ended in time, or the error of the API
 */
export async function waitUntilReady(
  api: ApiClient,
  target: FollowTarget,
  { signal, timeoutMs = WAIT_MS, onImage, live }: WaitOptions = {},
): Promise<ReadyImage> {
  const until = withTimeout(timeoutMs, signal);
  try {
    for await (const image of followImage(api, target, { signal: until, live })) {
      onImage?.(image);
      if (image.status === 'ready') return image as ReadyImage;
      if (image.status === 'held') throw new ImageHeldError(image);
      if (isFinal(image.status)) throw new ImageEndedError(image);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!until.aborted || !isTimeout(until.reason)) throw error;
  }
  throw new ImagemillError('The image is still being processed. It was not ready in time.', {
    code: 'timeout',
    retryable: true,
  });
}
