import { randomInt } from 'node:crypto';
import pLimit from 'p-limit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allFaults } from './chaos/faults/all-faults.ts';
import type { FaultReport } from './chaos/report/fault-report.ts';
import { runFault } from './chaos/run-fault.ts';
import { SHORT_AT_ONCE } from './chaos/run-faults.ts';

/** The short sizes; `pnpm chaos` runs the full ones. */
const seed = randomInt(2 ** 31);
const ending = new AbortController();
const runs = new Map<string, Promise<FaultReport | string>>();

beforeAll(() => {
  const limit = pLimit(SHORT_AT_ONCE);
  for (const fault of allFaults) {
    const run = async () =>
      (await fault.unavailable?.()) ??
      runFault(fault, { size: fault.short, seed, say: () => {}, signal: ending.signal });
    const report = limit(run);
    // Its test awaits it, possibly after it has failed.
    report.catch(() => {});
    runs.set(fault.name, report);
  }
});
afterAll(async () => {
  ending.abort(new Error('The tests are over.'));
  await Promise.allSettled(runs.values());
});

/** A test may wait for the runs before its own, each of which has a limit. */
const TIMEOUT_MS = 1_800_000;

test.each(allFaults)(
  'no upload is lost, incomplete or wrong after $name',
  { timeout: TIMEOUT_MS },
  async ({ name }) => {
    const report = await runs.get(name);
    if (typeof report === 'string') return console.warn(`${name} was skipped: ${report}`);
    expect(report?.missed, `seed ${seed}: ${JSON.stringify(report, null, 2)}`).toEqual([]);
  },
);
