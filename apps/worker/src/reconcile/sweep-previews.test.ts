import { isHeld, judgeHeld, type Moderation } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { expect, test, vi } from 'vitest';
import { createReconcileHarness, type ReconcileHarness, skipSettlingTime } from '../test-support/reconcile-harness.ts';
import { job } from '../test-support/render-harness.ts';

const HOUR_MS = 3600_000;

/** Holds an image as a worker does; its job has ended. */
async function hold(harness: ReconcileHarness, by: Moderation['by'] = 'service', ageMs = 0): Promise<RenderImage> {
  const image = job();
  const { imageId, tenant, category, originalKey, createdAt } = image;
  await harness.put(originalKey);
  await harness.previews.put(imageId, Buffer.from('jpeg'));
  const at = new Date(Date.now() - ageMs).toISOString();
  const moderation = { verdict: 'hold', by, at } as const;
  const error = { code: 'moderation-held', message: 'Wait.' };
  await harness.manifests.publish(
    {
      imageId,
      tenant,
      category,
      originalKey,
      filename: '',
      metadata: {},
      attempts: 1,
      createdAt,
      status: 'held',
      originalEtag: '"e"',
      error,
      moderation,
      heldAt: at,
    },
    undefined,
  );
  return image;
}

const runJob = (harness: ReconcileHarness, image: RenderImage, outcome: 'held' | 'ready') =>
  harness.work(
    async () => ({ outcome }),
    async () => (await harness.status(image)) === outcome,
  );

async function judge({ manifests }: ReconcileHarness, { imageId }: RenderImage, verdict: 'allow' | 'reject') {
  const stored = await manifests.read(imageId);
  if (isHeld(stored)) await judgeHeld(manifests, stored, { verdict, by: 'operator' });
}

test('a held image is left alone', async () => {
  const harness = await createReconcileHarness();
  await hold(harness);
  skipSettlingTime();
  expect((await harness.round()).found).toEqual([]);
});

test('a hold that is too old ends with a rejection, and its job cleans up', async () => {
  const harness = await createReconcileHarness();
  const image = await hold(harness, 'service', HOUR_MS);
  const { imageId } = image;
  expect((await harness.round()).found).toEqual([{ kind: 'held-for-too-long', imageId }]);
  expect((await harness.manifests.read(imageId))?.manifest).toMatchObject({
    status: 'rejected',
    error: { code: 'moderation-expired' },
    moderation: { verdict: 'reject', by: 'age' },
  });
  expect(await harness.status(image)).toBe('queued');
});

test('an image that was held because the service was down is asked about again', async () => {
  const harness = await createReconcileHarness();
  const image = await hold(harness, 'service-down');
  skipSettlingTime();
  const found = [{ kind: 'held-without-verdict', imageId: image.imageId }];
  expect((await harness.round()).found).toEqual(found);
  expect(await harness.status(image)).toBe('queued');
  expect((await harness.round()).found).toEqual([]);
  await runJob(harness, image, 'held');
  expect((await harness.round()).found).toEqual(found);
});

test.each(['allow', 'reject'] as const)(
  'a judgement (%s) whose job was not started is carried out',
  async (verdict) => {
    const harness = await createReconcileHarness();
    const image = await hold(harness);
    await harness.queue.reprocess(image);
    await runJob(harness, image, 'held');
    await judge(harness, image, verdict);
    skipSettlingTime();
    expect((await harness.round()).found).toEqual([{ kind: 'judged-without-job', imageId: image.imageId }]);
    expect(await harness.status(image)).toBe('queued');
    expect((await harness.round()).found).toEqual([]);
  },
);

test('a released image whose job was lost with Redis gets a new one', async () => {
  const harness = await createReconcileHarness();
  const image = await hold(harness);
  await judge(harness, image, 'allow');
  skipSettlingTime();
  expect((await harness.round()).found).toEqual([{ kind: 'judged-without-job', imageId: image.imageId }]);
  expect(await harness.status(image)).toBe('queued');
});

test('a preview of an image that is not held is deleted when it cannot be of a running job', async () => {
  const harness = await createReconcileHarness();
  const { imageId } = job();
  await harness.previews.put(imageId, Buffer.from('jpeg'));
  skipSettlingTime();
  expect((await harness.round()).found).toEqual([]);
  vi.setSystemTime(Date.now() + 10 * 60_000);
  expect((await harness.round()).found).toEqual([{ kind: 'preview-not-needed', imageId }]);
  expect((await harness.previews.list({})).previews).toEqual([]);
});
