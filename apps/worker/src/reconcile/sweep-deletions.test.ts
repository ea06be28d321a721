import { expect, test } from 'vitest';
import { createReconcileHarness, skipSettlingTime } from '../test-support/reconcile-harness.ts';
import { job } from '../test-support/render-harness.ts';

test('an interrupted deletion is continued', async () => {
  const all = await createReconcileHarness();
  const image = job();
  await all.put(image.originalKey);
  await all.deletions.begin(image);
  expect((await all.round()).found).toEqual([]);
  skipSettlingTime();
  expect((await all.round()).found).toEqual([{ kind: 'deletion-not-done', imageId: image.imageId }]);
  expect(await all.status(image)).toBe('deleted');
});
