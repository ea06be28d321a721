import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CrashedWorkerError } from '../crashes/crash-containment.ts';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { drainRate } from './drain-rate.ts';

const MINUTE_MS = 60_000;

// All jobs of a test finish in the same minute.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS + 1_000 });
});
afterEach(async () => {
  vi.useRealTimers();
  await closeQueues();
});

test('the drain rate counts jobs finished in the last minute, including dead letters and excluding postponed jobs', async () => {
  const { queue, raw, work } = await queueHarness();
  expect(await queue.drainRate()).toBe(0);
  const [broken, absent, ...good] = Array.from({ length: 8 }, () => renderJob());
  for (const job of [broken, absent, ...good]) if (job) await queue.add(job, 0);
  work(async ({ imageId }) => {
    if (imageId === broken?.imageId) throw new CrashedWorkerError();
    return imageId === absent?.imageId ? { outcome: 'postponed', reason: 'not-uploaded' } : { outcome: 'ready' };
  });
  await vi.waitUntil(async () => (await raw.getCompletedCount()) === 6 && (await raw.getFailedCount()) === 1);
  const { meta } = await raw.getMetrics('completed');
  const endOfMinute = Math.ceil((meta.prevTS + 1) / MINUTE_MS) * MINUTE_MS;
  expect(await drainRate(raw, endOfMinute - 1)).toBeCloseTo(7 / 60, 2);
});

test('the drain rate declines over the next minute if no more jobs finish', async () => {
  const { queue, raw, work } = await queueHarness();
  for (const job of Array.from({ length: 6 }, () => renderJob())) await queue.add(job, 0);
  work(async () => ({ outcome: 'ready' }));
  await vi.waitUntil(async () => (await raw.getCompletedCount()) === 6);
  const { meta } = await raw.getMetrics('completed');
  const nextMinute = Math.ceil((meta.prevTS + 1) / MINUTE_MS) * MINUTE_MS;
  expect(await drainRate(raw, nextMinute + MINUTE_MS / 2)).toBeCloseTo(3 / 60, 3);
  expect(await drainRate(raw, nextMinute + MINUTE_MS)).toBe(0);
});
