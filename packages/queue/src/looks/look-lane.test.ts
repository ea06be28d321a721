import type { RenderImage } from '@imagemill/records';
import { afterEach, expect, test, vi } from 'vitest';
import { createBreaker } from '../outages/breaker.ts';
import { createOutages } from '../outages/outages.ts';
import { closeAfterwards, closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { type FindUploads, type LookLaneOptions, runLookLane } from './look-lane.ts';

afterEach(closeQueues);

/** A lane whose storage has the originals in `there`. */
async function harness() {
  const { queue, work, status, redis, prefix, raw } = await queueHarness();
  const there = new Set<string>();
  const looked: string[] = [];
  const find: FindUploads = async (looks) => {
    looked.push(...looks.map(({ originalKey }) => originalKey));
    const present = new Set(looks.filter(({ originalKey }) => there.has(originalKey)));
    return { present, open: new Set(), requests: 1 };
  };
  const look = (more: Partial<LookLaneOptions> = {}) => {
    const outages = createOutages([]);
    const options = { connection: redis, prefix, queue, find, outages, uploadGraceMs: 0, onError: () => {}, ...more };
    const lane = runLookLane(options);
    closeAfterwards(() => lane.close());
    return lane;
  };
  return { queue, work, status, raw, there, looked, look };
}

const overdue = (): RenderImage => ({ ...renderJob(), uploadExpiresAt: new Date(Date.now() - 1_000).toISOString() });

test('an upload that was not reported is found, and its job starts', async () => {
  const { queue, work, status, there, look } = await harness();
  const image = renderJob();
  there.add(image.originalKey);
  work(async () => ({ outcome: 'ready' }));
  await queue.awaitUploads([image], 10);
  look();
  await vi.waitUntil(async () => (await status(image.imageId)) === 'ready');
});

test('tickets without uploads use no render slot and do not count as backlog', async () => {
  const { queue, work, status, looked, look } = await harness();
  const [uploaded, ...absent] = Array.from({ length: 250 }, () => renderJob());
  if (!uploaded) throw new Error('no image');
  const runs: string[] = [];
  work(async ({ imageId }) => {
    runs.push(imageId);
    return { outcome: 'ready' };
  });
  await queue.awaitUploads(absent, 1);
  look();
  await vi.waitUntil(() => looked.length >= absent.length);
  await queue.awaitUploads([uploaded], 60_000);
  await queue.reportUpload(uploaded.imageId);
  await vi.waitUntil(async () => (await status(uploaded.imageId)) === 'ready');
  expect(runs).toEqual([uploaded.imageId]);
  await vi.waitUntil(async () => (await queue.backlog()).backlog === 0);
  expect(await status(absent[0]?.imageId as never)).toBe('awaiting-upload');
});

test('an upload that cannot arrive any more ends as expired, without a dead letter', async () => {
  const { queue, work, status, raw, look } = await harness();
  const image = overdue();
  work(async () => ({ outcome: 'expired' }));
  await queue.awaitUploads([image], 1);
  look();
  await vi.waitUntil(async () => (await status(image.imageId)) === 'expired');
  expect(await raw.getFailedCount()).toBe(0);
});

test('an upload may arrive until the end of the grace period', async () => {
  const { queue, work, status, there, looked, look } = await harness();
  const image = overdue();
  work(async () => ({ outcome: 'ready' }));
  await queue.awaitUploads([image], 1);
  look({ uploadGraceMs: 60_000 });
  await vi.waitUntil(() => looked.length > 0);
  expect(await status(image.imageId)).toBe('awaiting-upload');
  there.add(image.originalKey);
  await queue.reportUpload(image.imageId);
  await vi.waitUntil(async () => (await status(image.imageId)) === 'ready');
});

test('a look without a job ends, and one for a started job starts nothing', async () => {
  const { queue, status, there, looked, look, raw } = await harness();
  const [gone, waiting] = [renderJob(), renderJob()];
  await queue.awaitUploads([gone, waiting], 1);
  await raw.remove(gone.imageId);
  await (await raw.getJob(waiting.imageId))?.promote();
  for (const { originalKey } of [gone, waiting]) there.add(originalKey);
  look();
  await vi.waitUntil(async () => looked.length === 2 && (await queue.backlog()).looksDue === 0);
  expect(await status(gone.imageId)).toBeUndefined();
  expect(await queue.backlog()).toMatchObject({ backlog: 1, waiting: 1 });
});

test('a look that failed is repeated after 5 s, not after its lease', async () => {
  const { queue, work, status, look } = await harness();
  const image = renderJob();
  work(async () => ({ outcome: 'ready' }));
  await queue.awaitUploads([image], 1);
  let failures = 1;
  const find: FindUploads = async (looks) => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('The storage is away.');
    }
    return { present: new Set(looks), open: new Set(), requests: 1 };
  };
  const startedAt = performance.now();
  look({ find });
  await vi.waitUntil(async () => (await status(image.imageId)) === 'ready', { timeout: 60_000 });
  expect(performance.now() - startedAt).toBeLessThan(25_000);
});

test('a failure of the storage is reported, and closing does not wait for the next turn', async () => {
  const { queue, look } = await harness();
  await queue.awaitUploads([renderJob()], 1);
  const failed = Promise.withResolvers<void>();
  const find = () => Promise.reject(new Error('the storage is away'));
  const lane = look({ find, onError: () => failed.resolve() });
  await failed.promise;
  // Nothing is left to do but to end the pause: not even a timer runs before.
  const closed = lane.close().then(() => 'closed');
  expect(await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 0, 'waits'))])).toBe('closed');
});

test('nothing is looked for while a dependency is away, and everything after the outage', async () => {
  const { queue, work, status, look } = await harness();
  const image = renderJob();
  work(async () => ({ outcome: 'ready' }));
  await queue.awaitUploads([image], 1);
  const storage = { isAway: true, looks: 0, probes: 0 };
  const probe = async () => {
    storage.probes += 1;
    if (storage.isAway) throw new Error('The storage is away.');
  };
  const dependency = { name: 'originals', stopsJobs: true, concerns: () => true, probe };
  const breaker = createBreaker(dependency, { initialDelay: 50, maxDelay: 100 });
  closeAfterwards(async () => breaker.stop());
  const find: FindUploads = async (looks) => {
    storage.looks += 1;
    if (storage.isAway) throw new Error('The storage is away.');
    return { present: new Set(looks), open: new Set(), requests: 1 };
  };
  look({ find, outages: createOutages([breaker]) });
  // The first look fails and opens the breaker. Its look is due again after 5 s, in which the lane has ten turns.
  await vi.waitUntil(() => breaker.awayMs() !== undefined);
  await vi.waitUntil(() => (breaker.awayMs() ?? 0) > 7_000);
  expect(storage.looks).toBe(1);
  storage.isAway = false;
  await vi.waitUntil(async () => (await status(image.imageId)) === 'ready');
  expect(storage.looks).toBe(2);
});
