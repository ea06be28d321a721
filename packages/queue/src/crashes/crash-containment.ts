import { AppError } from '@imagemill/errors';
import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { createTurnstile } from './turnstile.ts';
import { createUnfinishedStarts } from './unfinished-starts.ts';

/**
 * The first crash may have been caused by another job in the process; in all others, the image ran alone. Uploads are parsed in
 * engine processes, whose end does not end the worker: a worker dies because it is killed, or because its container ran out
 * of memory. Five deaths while the same image runs alone are hardly a coincidence.
 */
const CRASHES_MAX = 1 + 5;

/** The process of the image crashed six times, five of them while it ran alone. */
export class CrashedWorkerError extends AppError {
  constructor() {
    super({
      code: 'crashed-worker',
      retryable: false,
      publicMessage: 'The workers that processed this image crashed repeatedly.',
    });
  }
}

type ContainedRun<T> = { readonly outcome: 'ran'; readonly result: T } | { readonly outcome: 'must-wait' };

/** The last net: keeps an image that crashes workers from taking down the fleet or concurrent jobs. */
export interface CrashContainment {
  /**
   * Runs an image's work alongside other jobs, or alone in this process if it may have crashed a process before.
   *
   * @param signal aborts the wait for the turn to run alone
   * @throws CrashedWorkerError without running the work, if the image has crashed six processes
   * @returns `must-wait` without running the work, if it must run alone and another image runs or waits to run alone
   */
  run<T>(imageId: ImageId, signal: AbortSignal, work: () => Promise<T>): Promise<ContainedRun<T>>;
}

export function createCrashContainment(redis: Redis, prefix: string): CrashContainment {
  const starts = createUnfinishedStarts(redis, prefix);
  const turnstile = createTurnstile();
  return {
    async run(imageId, signal, work) {
      const crashes = await starts.count(imageId);
      if (crashes >= CRASHES_MAX) throw new CrashedWorkerError();
      const leave = await turnstile.enter({ alone: crashes > 0, signal });
      // If it waited in this process, a crash of the other image would count against it.
      if (!leave) return { outcome: 'must-wait' };
      try {
        await starts.begin(imageId);
        return { outcome: 'ran', result: await work() };
      } finally {
        // In this order: the next job may crash this process.
        await starts.forget(imageId).finally(leave);
      }
    },
  };
}
