import { describe, expect, test, vi } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';
import { createBackpressure, READ_EVERY_MS } from './backpressure.ts';

const idle = {
  backlog: 0,
  waiting: 0,
  prioritized: 0,
  active: 0,
  delayedDue: 0,
  looksDue: 0,
  messagesDue: 0,
  delayed: 0,
  failed: 0,
  oldestWaitingMs: 0,
  tenants: 0,
};

describe('Retry-After', () => {
  test.each([
    ['not needed at the limit', { jobs: 1_000, rate: 10 }, { maxBacklog: 1_000 }, undefined],
    ['the time for the excess at the measured rate', { jobs: 1_200, rate: 10 }, { maxBacklog: 1_000 }, 20],
    ['at least one second', { jobs: 1_001, rate: 50 }, { maxBacklog: 1_000 }, 1],
    ['at most five minutes', { jobs: 90_000, rate: 1 }, { maxBacklog: 1_000 }, 300],
    ['a minute while no job ends', { jobs: 1_200, rate: 0 }, { maxBacklog: 1_000 }, 60],
    ['based on the predicted work', { jobs: 400, work: 800, rate: 5 }, { maxBacklogSeconds: 600 }, 20],
    [
      'by the limit that is further away',
      { jobs: 400, work: 800, rate: 5 },
      { maxBacklogSeconds: 600, maxBacklog: 200 },
      40,
    ],
    ['not needed until the first job was measured', { jobs: 400, rate: 0 }, { maxBacklogSeconds: 600 }, undefined],
  ])('is %s', async (_what, { jobs, work, rate }: { jobs: number; work?: number; rate: number }, limits, wait) => {
    const queue = {
      backlog: async () => ({ ...idle, backlog: jobs, predictedSeconds: work ?? null }),
      drainRate: async () => rate,
    };
    const { overload } = createBackpressure({ queue, maxBacklog: 0, maxBacklogSeconds: 0, ...limits });
    expect((await overload())?.retryAfterSeconds).toBe(wait);
  });
});

describe('the share of a tenant', () => {
  test.each([
    ['the limit, if only one tenant has a backlog', { jobs: 1_500, tenants: 1 }, { maxBacklog: 1_000 }, 1_000],
    ['an equal part of the limit', { jobs: 1_500, tenants: 8 }, { maxBacklog: 1_000 }, 125],
    ['at least one image', { jobs: 1_500, tenants: 5_000 }, { maxBacklog: 1_000 }, 1],
    [
      'a part of the jobs that the limit of work allows',
      { jobs: 400, work: 800, tenants: 4 },
      { maxBacklogSeconds: 400 },
      50,
    ],
  ])(
    'is %s',
    async (_what, { jobs, work, tenants }: { jobs: number; work?: number; tenants: number }, limits, share) => {
      const queue = {
        backlog: async () => ({ ...idle, backlog: jobs, tenants, predictedSeconds: work ?? null }),
        drainRate: async () => 1,
      };
      const { overload } = createBackpressure({ queue, maxBacklog: 0, maxBacklogSeconds: 0, ...limits });
      expect((await overload())?.share).toBe(share);
    },
  );
});

describe('the backlog', () => {
  test('is read once per interval for all callers', async () => {
    const api = await createApiHarness();
    const backlog = vi.fn(api.queue.backlog);
    const queue = { backlog, drainRate: api.queue.drainRate };
    let now = 0;
    const { overload } = createBackpressure({ queue, maxBacklog: 10, maxBacklogSeconds: 0, clock: () => now });
    await Promise.all(Array.from({ length: 100 }, overload));
    now = READ_EVERY_MS - 1;
    await overload();
    expect(backlog).toHaveBeenCalledTimes(1);
    now = READ_EVERY_MS;
    await Promise.all([overload(), overload()]);
    expect(backlog).toHaveBeenCalledTimes(2);
    await api.close();
  });

  test('is read again by the next caller after a failed read', async () => {
    const api = await createApiHarness();
    const backlog = vi.fn(api.queue.backlog).mockRejectedValueOnce(new Error('away'));
    const queue = { backlog, drainRate: api.queue.drainRate };
    const { overload } = createBackpressure({ queue, maxBacklog: 10, maxBacklogSeconds: 0 });
    await expect(overload()).rejects.toThrow('away');
    expect(await overload()).toBeUndefined();
    await api.close();
  });
});
