import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type Api, type Image, RefusedError } from '../load/api.ts';
import { UnavailableError } from '../load/retry-while-unavailable.ts';

const POLL_MS = 500;
const POLLS_AT_ONCE = 8;
const final = new Set(['ready', 'rejected', 'failed', 'expired']);

/** Each image's final state; its last known state after a timeout, or the HTTP status if the API refuses the image. */
export async function finalStates(
  api: Api,
  imageIds: Iterable<string>,
  withinMs: number,
  signal: AbortSignal,
): Promise<Map<string, Image>> {
  const states = new Map<string, Image>();
  const pending = new Set(imageIds);
  const limit = pLimit(POLLS_AT_ONCE);
  const deadline = performance.now() + withinMs;
  for (;;) {
    await Promise.all(
      [...pending].map((imageId) =>
        limit(async () => {
          const image = await look(api, imageId);
          if (!image) return;
          states.set(imageId, image);
          if (final.has(image.status)) pending.delete(imageId);
        }),
      ),
    );
    if (pending.size === 0 || performance.now() > deadline) return states;
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
