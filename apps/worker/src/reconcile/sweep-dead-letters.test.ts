import { AppError } from '@imagemill/errors';
import { expect, test } from 'vitest';
import { createReconcileHarness } from '../test-support/reconcile-harness.ts';
import { job } from '../test-support/render-harness.ts';

test('a missed webhook of a dead letter is queued, once', async () => {
  const all = await createReconcileHarness({ endpoints: ['acme'] });
  const image = job();
  await all.put(image.originalKey);
  await all.queue.add(image, 0);
  await all.work(
    async () => {
      throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'A fault.' });
    },
    async () => (await all.queue.backlog()).failed === 1,
  );
  expect((await all.round()).found).toEqual([{ kind: 'dead-letter-not-published', imageId: image.imageId }]);
  expect((await all.webhooks.list({ cursor: undefined, limit: 10 })).deliveries).toMatchObject([
    { type: 'image.failed' },
  ]);
  expect((await all.round()).found).toEqual([]);
});

test('a dead letter without an original is reported to the operator, unless it can be imported again', async () => {
  const all = await createReconcileHarness();
  const [gone, there, imported] = [job(), job(), job({ importUrl: 'https://shop.example/shoe.jpg' })];
  await all.put(there.originalKey);
  for (const image of [gone, there, imported]) await all.queue.add(image, 0);
  await all.work(
    async () => {
      throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'A fault.' });
    },
    async () => (await all.queue.backlog()).failed === 3,
  );
  const { found, summary } = await all.round();
  expect(found).toEqual([{ kind: 'dead-letter-without-original', imageId: gone.imageId }]);
  expect(summary.repaired).toBe(0);
});
