import { afterEach, expect, test, vi } from 'vitest';
import { createRounds } from './rounds.ts';
import { closeQueues, queueHarness } from './test-support/queue-harness.ts';

afterEach(closeQueues);

test('one process at a time has the round, and the next one continues from its position', async () => {
  const { redis, prefix } = await queueHarness();
  const [mine, theirs] = [createRounds(redis, prefix, 'walk'), createRounds(redis, prefix, 'walk')];
  const round = await mine.take(300);
  expect(round?.from).toBeUndefined();
  expect(await theirs.take(300)).toBeUndefined();
  await round?.reached('here');
  const next = await vi.waitUntil(() => theirs.take(300));
  expect(next.from).toBe('here');
  await next.reached(undefined);
  expect((await vi.waitUntil(() => mine.take(300))).from).toBeUndefined();
});
