import { AppError } from '@imagemill/errors';
import type { Notifier } from '@imagemill/images';
import type { RenderHandler } from '@imagemill/queue';

const COME_AGAIN_MS = 5_000;

/**
 * Has the tenant told of what a handler comes to, before the job ends: a worker that dies in between leaves a job whose
 * rerun finds its manifest, and tells of the same event again. So does one that can't tell just now, without an attempt:
 * the image has its end, and must not become a dead letter by that.
 *
 * @param onFailure told why nobody could be told yet
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
      return { outcome: 'not-uploaded', comeAgainMs: COME_AGAIN_MS };
    }
  };
}
