import { setTimeout as delay } from 'node:timers/promises';
import { FailureToExplain } from '../explain.ts';
import { ApiAwayError, type ApiClient, type Image } from './api-client.ts';
import type { UploadStep } from './upload-photo.ts';

const POLL_MS_MIN = 100;
const POLL_MS_MAX = 1_000;
const READY_WITHIN_MS = 5 * 60_000;
const AWAY_MS_MAX = 60_000;

/** Asks for an image's status until nothing more happens to it. @throws FailureToExplain when that takes five minutes */
export async function untilEnded(api: ApiClient, imageId: string, onStep: (step: UploadStep) => void): Promise<Image> {
  const startedAt = performance.now();
  for (let pollMs = POLL_MS_MIN; ; pollMs = Math.min(pollMs * 1.2, POLL_MS_MAX)) {
    const image = await patiently(() => api.image(imageId));
    onStep({ step: 'rendering', ...image.progress });
    if (isFinal(image.status)) return image;
    if (performance.now() - startedAt > READY_WITHIN_MS) {
      throw new FailureToExplain(`still "${image.status}" after ${READY_WITHIN_MS / 60_000} minutes.`);
    }
    await delay(pollMs);
  }
}

const isFinal = (status: string) => ['ready', 'rejected', 'failed', 'expired'].includes(status);

/** Calls an API that is away for a moment again, up to a minute. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (const since = performance.now(); ; ) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiAwayError)) throw error;
      if (performance.now() - since + error.retryAfterMs > AWAY_MS_MAX) throw error;
      await delay(error.retryAfterMs);
    }
  }
}
