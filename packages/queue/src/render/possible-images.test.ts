import { afterEach, expect, test, vi } from 'vitest';
import { CrashedWorkerError } from '../crashes/crash-containment.ts';
import { closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import type { ImageStatus } from './image-status.ts';

afterEach(closeQueues);

const DAY_MS = 24 * 3600_000;

test('leaves out no image that has the status, and those whose jobs rule it out', async () => {
  const { queue, work, status } = await queueHarness();
  const [ready, failed, awaiting, jobless] = [renderJob(), renderJob(), renderJob(), renderJob()];
  const names = new Map(
    Object.entries({ ready, failed, awaiting, jobless }).map(([name, { imageId }]) => [imageId, name]),
  );
  const ids = [...names.keys()];
  await queue.add(awaiting, DAY_MS);
  for (const image of [ready, failed]) await queue.add(image, 0);
  work(async (image) => {
    if (image.imageId === failed.imageId) throw new CrashedWorkerError();
    return { outcome: 'ready' };
  });
  await vi.waitUntil(
    async () => (await status(ready.imageId)) === 'ready' && (await status(failed.imageId)) === 'failed',
  );
  const possible = async (wanted: ImageStatus) => (await queue.possible(ids, wanted)).map((id) => names.get(id));
  expect(await possible('failed')).toEqual(['failed']);
  for (const end of ['ready', 'rejected', 'held', 'expired'] as const) {
    expect(await possible(end)).toEqual(['ready', 'jobless']);
  }
  for (const other of ['awaiting-upload', 'queued', 'processing'] as const) {
    expect(await possible(other)).toEqual(['ready', 'awaiting', 'jobless']);
  }
  expect(await queue.possible([], 'failed')).toEqual([]);
});
