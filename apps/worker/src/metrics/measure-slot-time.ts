import type { RenderHandler, SlotTime } from '@imagemill/queue';

/**
 * Records how long finished images hold a slot, for the fleet's estimates. Postponed runs and failed attempts are too short
 * to be representative.
 *
 * @param onError called if Redis fails; the job is not delayed
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
