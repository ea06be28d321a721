import { AppError } from '@imagemill/errors';
import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { createTurnstile } from './turnstile.ts';
import { createUnfinishedStarts } from './unfinished-starts.ts';

/** Deaths that an image may cause: the first with other jobs in hand, perhaps, the second for certain alone. */
const DEATHS_MAX = 2;

/** An image whose work ended its process twice, the second time with nothing else in hand. */
export class CrashedWorkerError extends AppError {
  constructor() {
    super({
      code: 'crashed-worker',
      retryable: false,
      publicMessage: 'The worker that had this image in hand died, twice.',
    });
  }
}

type ContainedRun<T> = { readonly outcome: 'ran'; readonly result: T } | { readonly outcome: 'must-wait' };

/** Keeps an image whose work ends processes from taking the fleet, or the jobs beside it, along. */
export interface CrashContainment {
  /**
   * Runs an image's work beside that of other jobs, or alone in this process when it may have ended one before.
   *
   * @param signal gives up waiting for the turn to run alone
   * @throws CrashedWorkerError, without running anything, when it has ended two
   * @returns `must-wait`, without running anything, when it must run alone and another image does, or waits to
   */
  run<T>(imageId: ImageId, signal: AbortSignal, work: () => Promise<T>): Promise<ContainedRun<T>>;
}

export function createCrashContainment(redis: Redis, prefix: string): CrashContainment {
  const starts = createUnfinishedStarts(redis, prefix);
  const turnstile = createTurnstile();
  return {
    async run(imageId, signal, work) {
      const deaths = await starts.count(imageId);
      if (deaths >= DEATHS_MAX) throw new CrashedWorkerError();
      const leave = await turnstile.enter({ alone: deaths > 0, signal });
      // Held here it would die with the other one, once more for nothing.
      if (!leave) return { outcome: 'must-wait' };
      try {
        await starts.begin(imageId);
        return { outcome: 'ran', result: await work() };
      } finally {
        // In this order: the next one may end this process.
        await starts.forget(imageId).finally(leave);
      }
    },
  };
}
