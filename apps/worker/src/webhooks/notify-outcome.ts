import { AppError } from '@imagemill/errors';
import type { Notifier } from '@imagemill/images';
import type { RenderHandler } from '@imagemill/queue';

const RETRY_AFTER_MS = 5_000;

/**
 * Queues the webhook for what a handler comes to, before the job ends: a worker that dies in between leaves a job whose
 * rerun finds its manifest, and queues the same event again. When the event can't be queued, the job is postponed for the
 * same reason, without an attempt: the image is finished, and must not become a dead letter.
 *
 * @param onFailure called with the reason when the event could not be queued
 */
export function notifyOutcome(
  handle: RenderHandler,
  notifier: Pick<Notifier, 'finished' | 'expired'>,
  onFailure: (error: Error) => void,
): RenderHandler {
  return async (image, context) => {
    const result = await handle(image, context);
    try {
      if (result.outcome === 'ready' || result.outcome === 'rejected') await notifier.finished(image);
      if (result.outcome === 'expired') await notifier.expired(image, context.attemptsMade + 1);
      return result;
    } catch (error) {
      if (!(error instanceof AppError && error.retryable)) throw error;
      onFailure(error);
      return { outcome: 'postponed', reason: 'webhook-not-queued', retryAfterMs: RETRY_AFTER_MS };
    }
  };
}
