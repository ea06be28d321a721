import { deletionKey, manifestKey, tombstoneKey } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { createReconcileHarness } from '../test-support/reconcile-harness.ts';
import { job } from '../test-support/render-harness.ts';

const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3600_000);

test('the tombstone of an image that was deleted more than a month ago is deleted, a younger one stays', async () => {
  const all = await createReconcileHarness();
  const [old, young] = [job(), job()];
  for (const [image, days] of [
    [old, 32],
    [young, 29],
  ] as const) {
    await all.deletions.begin(image);
    await all.originals.delete(deletionKey(image.imageId));
    await all.put(tombstoneKey(image.imageId, daysAgo(days)));
  }
  expect((await all.round()).found).toEqual([{ kind: 'tombstone-not-needed', imageId: old.imageId }]);
  expect(await all.originals.head(manifestKey(old.imageId))).toBeUndefined();
  expect(await all.originals.head(manifestKey(young.imageId))).toBeDefined();
  expect((await all.round()).found).toEqual([]);
});
