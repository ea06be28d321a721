import type { Notifier } from '@imagemill/images';
import type { RenderHandler } from '@imagemill/queue';

/**
 * Has the tenant told of what a handler comes to, before the job ends: a worker that dies in between leaves a job whose
 * rerun finds its manifest, and tells of the same event again.
 */
export function notifyOutcome(handle: RenderHandler, notifier: Notifier): RenderHandler {
  return async (image, context) => {
    const result = await handle(image, context);
    if (result.outcome === 'ready' || result.outcome === 'rejected') await notifier.finished(image);
    if (result.outcome === 'expired') await notifier.expired(image, context.attemptsMade + 1);
    return result;
  };
}
