import type { RenderHandler, SlotTime } from '@imagemill/queue';

/**
 * Tells the fleet how long finished images hold a slot. A look that found no upload, or an attempt that failed, is over
 * too soon to say anything of the work that waits.
 *
 * @param onError told when Redis did not take it; the job itself is not held up
 */
export function measureSlotTime(
  handle: RenderHandler,
  slotTime: Pick<SlotTime, 'record'>,
  onError: (error: Error) => void,
): RenderHandler {
  return async (image, context) => {
    const startedAt = performance.now();
    const result = await handle(image, context);
    if (result.outcome === 'ready' || result.outcome === 'rejected') {
      slotTime.record((performance.now() - startedAt) / 1000).catch(onError);
    }
    return result;
  };
}
