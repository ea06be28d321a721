import { AppError } from '@imagemill/errors';
import type { Notifier } from '@imagemill/images';
import type { RenderHandler } from '@imagemill/queue';

const RETRY_AFTER_MS = 5_000;

/**
 * Queues the webhook for a handler's outcome before the job ends. If the worker dies in between, the job runs again, finds
 * its manifest and queues the same event again. If the event cannot be queued, the job is postponed without using an
 * attempt: the image is finished and must not become a dead letter.
 *
 * @param onFailure called with the error if the event could not be queued
 */
export function notifyOutcome(
  handle: RenderHandler,
  notifier: Pick<Notifier, 'finished' | 'expired'>,
  onFailure: (error: Error) => void,
): RenderHandler {
  return async (image, context) => {
    const result = await handle(image, context);
    try {
      if (isFinish(result.outcome)) await notifier.finished(image);
      if (result.outcome === 'expired') await notifier.expired(image, context.attemptsMade + 1);
      return result;
    } catch (error) {
      if (!(error instanceof AppError && error.retryable)) throw error;
      onFailure(error);
      return { outcome: 'postponed', reason: 'webhook-not-queued', retryAfterMs: RETRY_AFTER_MS };
    }
  };
}

const isFinish = (outcome: string) => ['ready', 'rejected', 'held'].includes(outcome);
