import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type Api, type Image, RefusedError } from '../load/api.ts';
import { UnavailableError } from '../load/retry-while-unavailable.ts';

const POLL_MS = 500;
const POLLS_AT_ONCE = 8;
const final = new Set(['ready', 'rejected', 'failed', 'expired']);

/**
 * Each image's final state, or the HTTP status if the API refuses the image. Its last known state if no image has changed its state
 * for `withinMs`: a busy machine takes longer for all of them.
 */
export async function finalStates(
  api: Api,
  imageIds: Iterable<string>,
  withinMs: number,
  signal: AbortSignal,
): Promise<Map<string, Image>> {
  const states = new Map<string, Image>();
  const pending = new Set(imageIds);
  const limit = pLimit(POLLS_AT_ONCE);
  let changedAt = performance.now();
  for (;;) {
    await Promise.all(
      [...pending].map((imageId) =>
        limit(async () => {
          const image = await look(api, imageId);
          if (!image) return;
          if (image.status !== states.get(imageId)?.status) changedAt = performance.now();
          states.set(imageId, image);
          if (final.has(image.status)) pending.delete(imageId);
        }),
      ),
    );
    if (pending.size === 0 || performance.now() - changedAt > withinMs) return states;
    await delay(POLL_MS, undefined, { signal });
  }
}

async function look(api: Api, imageId: string): Promise<Image | undefined> {
  try {
    return await api.image(imageId);
  } catch (error) {
    if (error instanceof RefusedError) return { status: String(error.status), attempts: 0 };
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
}
