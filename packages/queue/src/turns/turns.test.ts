import type { RenderImage } from '@imagemill/records';
import { Tenant } from '@imagemill/variants';
import type { Job } from 'bullmq';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { predictSlotSeconds } from './predict-cost.ts';
import { createTurnModel } from './turn-model.ts';
import { turnRules } from './turn-rules.ts';
import { createTurns, type TurnsOptions } from './turns.ts';

afterEach(closeQueues);

const tenants = ['a', 'b', 'c'] as const;
const ofTenant = (tenant: string, contentLength = 1_000_000): RenderImage => ({
  ...renderJob(Tenant.parse(tenant)),
  contentLength,
});

async function harness(weights?: TurnsOptions['weights']) {
  const { queue, raw, work, status, redis, prefix } = await queueHarness();
  const turns = createTurns({ redis, prefix, weights });
  const parked = async (image: RenderImage): Promise<Job> => {
    await queue.awaitUploads([image], 3600_000);
    return (await raw.getJob(image.imageId)) as Job;
  };
  const tag = async (job: Job) => Number(await redis.hget(raw.toKey(String(job.id)), 'priority'));
  const startClock = (at: number) => redis.set(`${prefix}:turns:clock`, at.toFixed());
  return { queue, raw, work, status, redis, prefix, turns, parked, tag, startClock };
}

test('the scripts follow the model', async () => {
  const { turns, parked, tag } = await harness(new Map([['b', 3]]));
  const steps = fc.sample(
    fc.record({
      tenant: fc.constantFrom(...tenants),
      what: fc.constantFrom('take', 'take', 'end', 'postpone'),
      bytes: fc.integer({ min: 1, max: 20_000_000 }),
      seconds: fc.double({ min: 0.001, max: 20, noNaN: true }),
      isTypical: fc.boolean(),
    }),
    { numRuns: 60, seed: 7 },
  );
  const model = createTurnModel();
  const waiting: { job: Job; image: RenderImage; expected: { tag: number; charged: number } }[] = [];
  const ticks = (tenant: string, seconds: number) => (seconds * 1_000) / (tenant === 'b' ? 3 : 1);
  for (const { tenant, what, bytes, seconds, isTypical } of steps) {
    const first = waiting.toSorted((x, y) => x.expected.tag - y.expected.tag)[0];
    if (what === 'take' || !first) {
      const image = ofTenant(tenant, bytes);
      const job = await parked(image);
      await turns.take(job, 'delayed', Date.now());
      const expected = model.take(tenant, ticks(tenant, predictSlotSeconds(image)));
      expect(await tag(job)).toBe(expected.tag);
      waiting.push({ job, image, expected });
    } else {
      const { job, image, expected } = first;
      const started = await turns.begin(job);
      model.begin(expected.tag);
      const of = image.tenant;
      const predicted = ticks(of, predictSlotSeconds(image));
      if (what === 'end') waiting.splice(waiting.indexOf(first), 1);
      else {
        await turns.keep(job, expected.tag, Date.now());
        first.expected = model.take(of, predicted, expected.tag);
        expect(await tag(job)).toBe(expected.tag);
      }
      await started.end(seconds, isTypical);
      model.end(of, { predicted, charged: expected.charged, real: ticks(of, seconds), isTypical });
    }
  }
});

/** Runs all waiting jobs one at a time, and returns their tenants in order. */
async function order({ work, queue }: Pick<Awaited<ReturnType<typeof harness>>, 'work' | 'queue'>): Promise<string> {
  let ran = '';
  work(
    async ({ tenant }) => {
      ran += tenant;
      return { outcome: 'ready' };
    },
    { concurrency: 1 },
  );
  await vi.waitUntil(async () => (await queue.backlog()).backlog === 0);
  return ran;
}

test.each([
  ['at the first tick', turnRules.firstTick],
  ["past the end of BullMQ's range of priorities", 2 ** 21 - 300],
  ['where a score has no bits left for the order of arrival', 2 ** 45],
])('tenants take turns %s', async (_when, clock) => {
  const all = await harness();
  await all.startClock(clock);
  for (const tenant of [...'aaaaaa', ...'bbb', 'c']) {
    const image = ofTenant(tenant);
    await all.parked(image);
    await all.queue.reportUpload(image.imageId);
  }
  expect(await all.queue.backlog()).toMatchObject({ backlog: 10, waiting: 10, prioritized: 10 });
  expect(await order(all)).toBe('abcababaaa');
});

test('the jobs of a tenant keep their order where tags are equal', async () => {
  const { queue, work, parked, startClock, redis, prefix } = await harness();
  await startClock(2 ** 45);
  // A tenant at the longest lag has one tag for all its jobs.
  await redis.zadd(`${prefix}:turns:ends`, 2 ** 50, 'a');
  const images = Array.from({ length: 6 }, () => ofTenant('a'));
  for (const image of images) {
    await parked(image);
    await queue.reportUpload(image.imageId);
  }
  const ran: string[] = [];
  work(
    async ({ imageId }) => {
      ran.push(imageId);
      return { outcome: 'ready' };
    },
    { concurrency: 1 },
  );
  await vi.waitUntil(() => ran.length === images.length);
  expect(ran).toEqual(images.map(({ imageId }) => imageId));
});

test('imports take turns like uploads', async () => {
  const all = await harness();
  for (const tenant of 'aaaab') await all.queue.add({ ...ofTenant(tenant), importUrl: 'https://a.example/1.jpg' }, 0);
  expect(await order(all)).toBe('abaaa');
});

test('a tenant with a larger weight gets a larger share', async () => {
  const all = await harness(new Map([['a', 3]]));
  for (const tenant of 'aaaaaaaabbbb') {
    const job = await all.parked(ofTenant(tenant));
    await all.turns.take(job, 'delayed', Date.now());
    await all.queue.reportUpload(job.id as never);
  }
  expect((await order(all)).slice(0, 8).replaceAll('b', '')).toHaveLength(6);
});

describe('a job', () => {
  test('that has a turn keeps it, and its tenant is not charged again', async () => {
    const { turns, parked, tag, redis, prefix } = await harness();
    const job = await parked(ofTenant('a'));
    await turns.take(job, 'delayed', Date.now());
    const [first, end] = [await tag(job), await redis.zscore(`${prefix}:turns:ends`, 'a')];
    await turns.take(job, 'delayed', Date.now());
    expect(await tag(job)).toBe(first);
    expect(await redis.zscore(`${prefix}:turns:ends`, 'a')).toBe(end);
  });

  test('that is redriven waits for its turn', async () => {
    const all = await harness();
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
    const { queue, raw, work, tag } = await harness();
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
    const { queue, raw, work, tag } = await harness();
    const image = ofTenant('a');
    work(async () => ({ outcome: 'postponed', reason: 'imports-busy', retryAfterMs: 3600_000 }));
    await queue.add(image, 0);
    await vi.waitUntil(async () => (await raw.getDelayedCount()) === 1);
    expect(await tag((await raw.getJob(image.imageId)) as Job)).toBeGreaterThan(0);
  });

  test('that is postponed keeps its turn before the waiting jobs of its tenant', async () => {
    const all = await harness();
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
    const all = await harness();
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

test('a tenant with repeated timeouts and crashes waits longer for some time', async () => {
  const { turns, parked, tag, redis, prefix } = await harness();
  const gap = async (tenant: string) => {
    const jobs = [await parked(ofTenant(tenant)), await parked(ofTenant(tenant))] as const;
    for (const job of jobs) await turns.take(job, 'delayed', Date.now());
    return (await tag(jobs[1])) - (await tag(jobs[0]));
  };
  for (let offence = 0; offence < turnRules.offencesMax; offence += 1) await turns.countOffence('b');
  expect((await gap('b')) / (await gap('a'))).toBeCloseTo(turnRules.penalty, 1);
  expect(await redis.pttl(`${prefix}:turns:offences:b`)).toBeGreaterThan(0);
});

test('tenants without waiting jobs leave nothing behind', async () => {
  const all = await harness();
  for (const tenant of 'abc') {
    const image = ofTenant(tenant);
    await all.parked(image);
    await all.queue.reportUpload(image.imageId);
  }
  await order(all);
  // The last jobs of all tenants are within one job of the clock.
  await all.startClock(2 ** 30);
  const image = ofTenant('d');
  await all.parked(image);
  await all.queue.reportUpload(image.imageId);
  await vi.waitUntil(async () => (await all.queue.backlog()).backlog === 0);
  expect(await all.redis.zcard(`${all.prefix}:turns:ends`)).toBeLessThanOrEqual(1);
});
