import type { RenderProgress } from '@imagemill/records';
import { ImageId } from '@imagemill/variants';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { createReaderConnection } from '../connection/connection.ts';
import { closeAfterwards, closeQueues, queueHarness, renderJob } from '../test-support/queue-harness.ts';
import { followImageChanges, publishChange } from './image-changes.ts';

afterEach(closeQueues);

const DAY_MS = 24 * 3600_000;
const source = { format: 'jpeg', width: 4, height: 3, orientation: 1, colourSpace: 'srgb', hasAlpha: false } as const;
const progress = (done: RenderProgress['done']): RenderProgress => ({
  revision: 'abc',
  total: 2,
  source: { ...source, frames: 1, bytes: 5 },
  done,
});
const thumb = { variant: 'thumb', format: 'avif', width: 3, height: 3, bytes: 9 } as never;

/** A reader of a separate queue, with the changes that it received. */
async function follower(followed: (imageId: string) => boolean = () => true) {
  const harness = await queueHarness();
  const connection = createReaderConnection(inject('servers').redisUrl);
  connection.on('error', () => {});
  const changes: { imageId: string; progress: RenderProgress | undefined }[] = [];
  const errors: Error[] = [];
  let begins = 0;
  const reader = followImageChanges({
    connection,
    prefix: harness.prefix,
    isFollowed: followed,
    onChange: (imageId, at) => changes.push({ imageId, progress: at }),
    onBegin: () => {
      begins += 1;
    },
    onError: (error) => errors.push(error),
  });
  closeAfterwards(() => reader.close());
  await vi.waitUntil(() => begins === 1);
  return { ...harness, connection, changes, errors, begins: () => begins };
}

test('reports progress and the final change in order', async () => {
  const { queue, work, changes } = await follower();
  const job = renderJob();
  work(async (_image, { reportProgress }) => {
    await reportProgress(progress([]));
    await reportProgress(progress([thumb]));
    return { outcome: 'ready' };
  });
  await queue.add(job, 0);
  await vi.waitUntil(async () => (await queue.find(job.imageId))?.status === 'ready');
  await vi.waitUntil(() => changes.filter((change) => change.progress).length === 2);
  const reported = changes.flatMap((change) => change.progress?.done.length ?? []);
  expect(reported).toEqual([0, 1]);
  await vi.waitUntil(() => changes.at(-1)?.progress === undefined);
  expect(changes.every(({ imageId }) => imageId === job.imageId)).toBe(true);
});

test('skips images that are not followed', async () => {
  const [wanted, other] = [renderJob(), renderJob()];
  const { queue, changes } = await follower((imageId) => imageId === wanted.imageId);
  await queue.add(other, DAY_MS);
  await queue.add(wanted, DAY_MS);
  await vi.waitUntil(() => changes.length > 0);
  expect(new Set(changes.map(({ imageId }) => imageId))).toEqual(new Set([wanted.imageId]));
});

test('reports a deletion while a worker is processing the image', async () => {
  const { queue, work, changes, status } = await follower();
  const job = renderJob();
  const end = Promise.withResolvers<{ outcome: 'deleted' }>();
  work(() => end.promise);
  await queue.add(job, 0);
  await vi.waitUntil(() => changes.length >= 3);
  const before = changes.length;
  await queue.requestDeletion(job);
  await vi.waitUntil(() => changes.length > before);
  expect(await status(job.imageId)).toBe('deleted');
  end.resolve({ outcome: 'deleted' });
});

test('reports the gap after a lost connection, and continues', async () => {
  const { queue, redis, connection, changes, errors, begins } = await follower();
  await redis.client('KILL', 'ID', await idOf(connection, redis));
  await vi.waitUntil(() => begins() === 2);
  expect(errors.length).toBeGreaterThan(0);
  const job = renderJob();
  await queue.add(job, DAY_MS);
  await vi.waitUntil(() => changes.some(({ imageId }) => imageId === job.imageId));
});

test('ignores a failure to publish a change', async () => {
  const connection = createReaderConnection('redis://127.0.0.1:1');
  connection.on('error', () => {});
  await expect(publishChange(connection, 'nowhere', ImageId.parse(renderJob().imageId))).resolves.toBeUndefined();
  connection.disconnect();
});

type Connection = ReturnType<typeof createReaderConnection>;

/** A blocked connection cannot query its own id; another connection finds it by its port. */
async function idOf(blocked: Connection, asker: Connection): Promise<number> {
  const { localPort } = blocked.stream as unknown as { localPort: number };
  const line = String(await asker.client('LIST'))
    .split('\n')
    .find((entry) => entry.includes(`:${localPort} laddr`));
  return Number(/^id=(\d+)/.exec(line ?? '')?.[1]);
}
