import { setTimeout as delay } from 'node:timers/promises';
import { OutageError } from './outage-error.ts';
import type { Outages } from './outages.ts';

/**
 * A run that failed although its dependencies answer now runs once more, without using an attempt: the outage may just have ended.
 * If it fails again, its object or its command is at fault.
 */
const RUNS_MAX = 2;
const RUN_AGAIN_MS = 500;

/**
 * Runs a job's work, and distinguishes its own failures from those of a dependency that is away.
 *
 * @throws OutageError if a dependency is away; the error of `run` if the job itself failed, or was aborted
 */
export async function excuseOutages<T>(outages: Outages, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  for (let runs = 1; ; runs += 1) {
    const away = outages.away();
    // A worker that was blocked on the queue when its intake was paused still takes one job.
    if (away.length > 0) throw new OutageError(away);
    try {
      return await run();
    } catch (error) {
      if (signal.aborted) throw error;
      const verdict = await outages.judge(error);
      if (verdict === 'away') throw new OutageError(outages.away());
      if (verdict === 'unrelated' || runs === RUNS_MAX) throw error;
    }
    await delay(RUN_AGAIN_MS * (1 + Math.random()), undefined, { signal });
  }
}
