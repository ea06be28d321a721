import { afterEach, expect, test, vi } from 'vitest';
import { CrashedWorkerError } from '../crashes/crash-containment.ts';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { drainRate } from './drain-rate.ts';

afterEach(closeQueues);

const MINUTE_MS = 60_000;

test('is what came to an end in the last minute, dead letters too, and nothing that is only looked at', async () => {
  const { queue, raw, work } = await queueHarness();
  expect(await queue.drainRate()).toBe(0);
  const [broken, absent, ...good] = Array.from({ length: 8 }, renderJob);
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

test('fades over the next minute when nothing ends any more', async () => {
  const { queue, raw, work } = await queueHarness();
  for (const job of Array.from({ length: 6 }, renderJob)) await queue.add(job, 0);
  work(async () => ({ outcome: 'ready' }));
  await vi.waitUntil(async () => (await raw.getCompletedCount()) === 6);
  const { meta } = await raw.getMetrics('completed');
  const nextMinute = Math.ceil((meta.prevTS + 1) / MINUTE_MS) * MINUTE_MS;
  expect(await drainRate(raw, nextMinute + MINUTE_MS / 2)).toBeCloseTo(3 / 60, 3);
  expect(await drainRate(raw, nextMinute + MINUTE_MS)).toBe(0);
});
