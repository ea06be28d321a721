import type { RenderImage } from '@imagemill/records';
import type { Job } from 'bullmq';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { closeQueues } from '../test-support/queue-harness.ts';
import { ofTenant, order, turnsHarness } from '../test-support/turns-harness.ts';
import { predictSlotSeconds } from './predict-cost.ts';
import { createTurnModel } from './turn-model.ts';
import { turnRules } from './turn-rules.ts';

afterEach(closeQueues);

const tenants = ['a', 'b', 'c'] as const;

test('the scripts follow the model', async () => {
  const { turns, parked, tag } = await turnsHarness(new Map([['b', 3]]));
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

test.each([
  ['at the first tick', turnRules.firstTick],
  ["past the end of BullMQ's range of priorities", 2 ** 21 - 300],
  ['where a score has no bits left for the order of arrival', 2 ** 45],
])('tenants take turns %s', async (_when, clock) => {
  const all = await turnsHarness();
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
  const { queue, work, parked, startClock, redis, prefix } = await turnsHarness();
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
  const all = await turnsHarness();
  for (const tenant of 'aaaab') await all.queue.add({ ...ofTenant(tenant), importUrl: 'https://a.example/1.jpg' }, 0);
  expect(await order(all)).toBe('abaaa');
});

test('a tenant with a larger weight gets a larger share', async () => {
  const all = await turnsHarness(new Map([['a', 3]]));
  for (const tenant of 'aaaaaaaabbbb') {
    const job = await all.parked(ofTenant(tenant));
    await all.turns.take(job, 'delayed', Date.now());
    await all.queue.reportUpload(job.id as never);
  }
  expect((await order(all)).slice(0, 8).replaceAll('b', '')).toHaveLength(6);
});

test('a tenant with repeated timeouts and crashes waits longer for some time', async () => {
  const { turns, parked, tag, redis, prefix } = await turnsHarness();
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
  const all = await turnsHarness();
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
