import type { Job } from 'bullmq';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { closeQueues } from '../test-support/queue-harness.ts';
import { ofTenant, order, turnsHarness } from '../test-support/turns-harness.ts';
import { turnRules } from './turn-rules.ts';

afterEach(closeQueues);

describe('a job', () => {
  test('that has a turn keeps it, and its tenant is not charged again', async () => {
    const { turns, parked, tag, redis, prefix } = await turnsHarness();
    const job = await parked(ofTenant('a'));
    await turns.take(job, 'delayed', Date.now());
    const [first, end] = [await tag(job), await redis.zscore(`${prefix}:turns:ends`, 'a')];
    await turns.take(job, 'delayed', Date.now());
    expect(await tag(job)).toBe(first);
    expect(await redis.zscore(`${prefix}:turns:ends`, 'a')).toBe(end);
  });

  test('that is redriven waits for its turn', async () => {
    const all = await turnsHarness();
    const failed = ofTenant('a');
    const { worker } = all.work(async () => {
      throw new TypeError('unexpected');
    });
    await all.parked(failed);
    await all.raw.remove(failed.imageId);
    await all.raw.add('render-image', failed, { jobId: failed.imageId, attempts: 1 });
    await vi.waitUntil(async () => (await all.queue.backlog()).failed === 1);
    await worker.close(5_000);
    for (const tenant of 'ab') {
      const image = ofTenant(tenant);
      await all.parked(image);
      await all.queue.reportUpload(image.imageId);
    }
    await all.queue.deadLetters.redrive(failed.imageId);
    expect(await all.queue.backlog()).toMatchObject({ waiting: 3, prioritized: 3 });
    expect(await order(all)).toMatch(/^(aba|baa)$/);
  });

  test('that failed has its turn before its backoff is over', async () => {
    const { queue, raw, work, tag } = await turnsHarness();
    const image = ofTenant('a');
    work(async () => {
      throw new TypeError('unexpected');
    });
    await queue.add(image, 0);
    await vi.waitUntil(async () => (await raw.getDelayedCount()) === 1);
    const job = await raw.getJob(image.imageId);
    await vi.waitUntil(async () => (await tag(job as Job)) > 0);
  });

  test('that is postponed has its turn before it is delayed', async () => {
    const { queue, raw, work, tag } = await turnsHarness();
    const image = ofTenant('a');
    work(async () => ({ outcome: 'postponed', reason: 'imports-busy', retryAfterMs: 3600_000 }));
    await queue.add(image, 0);
    await vi.waitUntil(async () => (await raw.getDelayedCount()) === 1);
    expect(await tag((await raw.getJob(image.imageId)) as Job)).toBeGreaterThan(0);
  });

  test('that is postponed keeps its turn before the waiting jobs of its tenant', async () => {
    const all = await turnsHarness();
    const [first, second] = [ofTenant('a'), ofTenant('a')];
    for (const image of [first, second]) {
      await all.parked(image);
      await all.queue.reportUpload(image.imageId);
    }
    const runs: string[] = [];
    all.work(
      async ({ imageId }) => {
        runs.push(imageId);
        if (runs.length > 1) return { outcome: 'ready' };
        return { outcome: 'postponed', reason: 'heavy-images-busy', retryAfterMs: 3600_000 };
      },
      { concurrency: 1 },
    );
    await vi.waitUntil(
      async () => (await all.raw.getCompletedCount()) === 1 && (await all.raw.getDelayedCount()) === 1,
    );
    const [kept, job] = [await all.raw.getJob(first.imageId), await all.raw.getJob(second.imageId)];
    expect(await all.tag(kept as Job)).toBe(turnRules.firstTick);
    expect([kept?.attemptsMade, job?.attemptsMade]).toEqual([0, 1]);
    // A report of the upload does not cost it its place either.
    await all.queue.reportUpload(first.imageId);
    await vi.waitUntil(() => runs.length === 3);
    expect(runs).toEqual([first.imageId, second.imageId, first.imageId]);
  });

  test('that was returned goes first and starts at once on another worker, and is charged at its end', async () => {
    const all = await turnsHarness();
    const given = ofTenant('a');
    const started = Promise.withResolvers<void>();
    const first = all.work(async (_image, { signal }) => {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      throw signal.reason;
    });
    await all.queue.add(given, 0);
    await started.promise;
    await first.worker.close(0);
    const other = ofTenant('b');
    await all.parked(other);
    await all.queue.reportUpload(other.imageId);
    expect(await all.queue.backlog()).toMatchObject({ waiting: 2, prioritized: 1 });
    expect(await order(all)).toBe('ab');
  });
});
