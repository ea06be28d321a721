import type { ApiClient } from '../api/api-client.ts';
import { pause } from '../api/pause.ts';
import { withRetries } from '../api/with-retries.ts';
import { withTimeout } from '../api/with-timeout.ts';
import { imagePath } from '../images.ts';
import type { Image } from '../types.ts';
import type { FollowTarget } from './follow-target.ts';

const POLL_MS_MIN = 250;
const POLL_MS_MAX = 4_000;
const GROWTH = 1.5;
const ANSWER_WITHIN_MS = 30_000;

/** Polls an image, less often while nothing changes, and yields it after every change. @throws ImagemillError */
export async function* pollImage(
  api: ApiClient,
  target: FollowTarget,
  { signal }: { signal?: AbortSignal | undefined },
): AsyncGenerator<Image, void, undefined> {
  let etag: string | undefined;
  for (let waitMs = POLL_MS_MIN; ; ) {
    const answer = await withRetries(() => askOnce(api, target, etag, signal), {
      ...api.retries,
      signal,
    });
    if (answer) {
      ({ etag } = answer);
      waitMs = POLL_MS_MIN;
      yield answer.image;
    }
    // Jitter: pages that started together must not poll in step.
    await pause(waitMs * (0.75 + Math.random() / 2), signal);
    waitMs = Math.min(POLL_MS_MAX, waitMs * GROWTH);
  }
}

/** Undefined if nothing has changed. */
async function askOnce(api: ApiClient, target: FollowTarget, etag: string | undefined, signal?: AbortSignal) {
  const response = await api.open({
    method: 'GET',
    path: imagePath(target.imageId),
    headers: etag === undefined ? {} : { 'if-none-match': etag },
    followToken: target.followToken,
    signal: withTimeout(ANSWER_WITHIN_MS, signal),
  });
  if (response.status === 304) return undefined;
  return { image: (await response.json()) as Image, etag: response.headers.get('etag') ?? undefined };
}
