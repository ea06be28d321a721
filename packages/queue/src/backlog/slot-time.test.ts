import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { createSlotTime } from './slot-time.ts';

afterEach(closeQueues);

async function harness() {
  const { redis } = await queueHarness();
  const prefix = `test-${randomUUID()}`;
  return { slotTime: createSlotTime(redis, prefix), forget: () => redis.del(`${prefix}:slot-time`) };
}

test('the slot time is undefined before a job has been measured', async () => {
  const { slotTime } = await harness();
  expect(await slotTime.mean()).toBeUndefined();
});

test('the slot time is the plain mean of the first jobs, with concurrent workers too', async () => {
  const { slotTime, forget } = await harness();
  await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map((seconds) => slotTime.record(seconds)));
  expect(await slotTime.mean()).toBeCloseTo(5, 5);
  await forget();
});

test('the slot time follows recent jobs, and resists a single outlier', async () => {
  const { slotTime, forget } = await harness();
  for (let job = 0; job < 200; job += 1) await slotTime.record(1);
  await slotTime.record(50);
  expect(await slotTime.mean()).toBeLessThan(2);
  for (let job = 0; job < 300; job += 1) await slotTime.record(4);
  expect(await slotTime.mean()).toBeCloseTo(4, 0);
  await forget();
});

test('the work of a backlog is predicted once a job has been measured', async () => {
  const { queue, redis, prefix } = await queueHarness();
  expect((await queue.backlog()).predictedSeconds).toBe(0);
  await queue.add(renderJob(), 0);
  await queue.add(renderJob(), 0);
  expect((await queue.backlog()).predictedSeconds).toBeNull();
  await createSlotTime(redis, prefix).record(1.5);
  expect((await queue.backlog()).predictedSeconds).toBe(3);
  await redis.del(`${prefix}:slot-time`);
});
