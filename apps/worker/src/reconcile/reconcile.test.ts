import type { RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import { deletionKey, IMPORTED_MEDIA_TYPE, ImageId, originalKey, renditionKey, Tenant } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { byImage, createReconcileHarness, finish, skipSettlingTime } from '../test-support/reconcile-harness.ts';
import { job } from '../test-support/render-harness.ts';

describe('after a total loss of Redis', () => {
  test('recreates the job of every upload without a manifest, and no other', async () => {
    const all = await createReconcileHarness();
    const images = Array.from({ length: 5 }, (_, index) => job({}, index % 2 === 0 ? 'avatar' : 'product'));
    for (const image of images) await all.put(image.originalKey);
    const [done, ...waiting] = images as [RenderImage, ...RenderImage[]];
    await finish(all, done);

    const { found } = await all.round();
    const expected = waiting.map(({ imageId }) => ({ kind: 'original-without-job', imageId }));
    expect(found).toEqual(expected.toSorted(byImage));
    expect(await all.queue.backlog()).toMatchObject({ waiting: waiting.length });
    expect((await all.queue.find(waiting[0]?.imageId ?? done.imageId))?.image).toMatchObject({
      originalKey: waiting[0]?.originalKey,
      createdAt: expect.any(String),
    });
    expect((await all.round()).found).toEqual([]);
  });

  test('recreates the job of an import from its original, without the URL', async () => {
    const all = await createReconcileHarness();
    const { contentType: _, ...image } = job();
    const key = originalKey({ ...image, contentType: IMPORTED_MEDIA_TYPE });
    await all.put(key);
    expect((await all.round()).found).toEqual([{ kind: 'original-without-job', imageId: image.imageId }]);
    const made = (await all.queue.find(image.imageId))?.image;
    expect(made).toMatchObject({ originalKey: key, contentType: IMPORTED_MEDIA_TYPE });
    expect(made?.importUrl).toBeUndefined();
  });

  test('a dry run reports the same findings and repairs nothing', async () => {
    const all = await createReconcileHarness();
    const image = job();
    await all.put(image.originalKey);
    const dry = await all.round({ dryRun: true });
    expect(dry).toMatchObject({ found: [{ kind: 'original-without-job' }], summary: { repaired: 0 } });
    expect(await all.queue.find(image.imageId)).toBeUndefined();
    expect(await all.round()).toMatchObject({ found: dry.found, summary: { repaired: 1 } });
  });

  test('continues an interrupted round from any page without missing an image', async () => {
    const all = await createReconcileHarness();
    const images = Array.from({ length: 7 }, () => job());
    for (const image of images) await all.put(image.originalKey);
    const small = {
      ...all.originals,
      list: (list: Parameters<ObjectStorage['list']>[0]) => all.originals.list({ ...list, limit: 2 }),
    };
    const found: unknown[] = [];
    let from: string | undefined;
    do {
      const page = await all.round({ pagesMax: 1, originals: small, ...(from && { from }) });
      found.push(...page.found);
      from = page.next;
    } while (from !== undefined);
    expect(found).toHaveLength(images.length);
  });
});

test('a round lists each bucket once, regardless of the number of tenants', async () => {
  const all = await createReconcileHarness();
  const calls = async () => {
    let lists = 0;
    const count =
      (storage: ObjectStorage): ObjectStorage['list'] =>
      (list) => {
        lists += 1;
        return storage.list(list);
      };
    const originals = { ...all.originals, list: count(all.originals) };
    const cdn = { ...all.cdn, list: count(all.cdn) };
    expect((await all.round({ originals, cdn })).found).toEqual([]);
    return lists;
  };
  async function addTenant(name: string) {
    const image = job();
    const address = { ...image, tenant: Tenant.parse(name) };
    const mine = { ...address, originalKey: originalKey(address) };
    await all.put(mine.originalKey);
    const key = renditionKey({ ...mine, revision: 'abc', visibility: 'public', variant: 'thumb', format: 'avif' });
    await all.cdn.put({ key, body: Buffer.from('x'), contentType: 'image/avif', cacheControl: 'public' });
    await finish(all, mine, { revision: 'abc' });
  }
  await addTenant('tenant-0');
  const forOne = await calls();
  for (const index of [1, 2, 3, 4, 5]) await addTenant(`tenant-${index}`);
  expect([forOne, await calls()]).toEqual([7, 7]);
});

describe('a round continues after an unreadable', () => {
  test('deletion mark', async () => {
    const all = await createReconcileHarness();
    const image = job();
    await all.put(deletionKey(ImageId.parse('00000000-0000-7000-8000-000000000000')), 'cut o');
    await all.put(image.originalKey);
    await all.deletions.begin(image);
    skipSettlingTime();
    const { found } = await all.round();
    expect(found).toContainEqual({ kind: 'unreadable', imageId: '00000000-0000-7000-8000-000000000000' });
    expect(found).toContainEqual({ kind: 'deletion-not-done', imageId: image.imageId });
    expect(await all.status(image)).toBe('deleted');
  });

  test('job of another version', async () => {
    const all = await createReconcileHarness();
    const [unreadable, lost] = [job(), job()] as const;
    for (const image of [unreadable, lost]) await all.put(image.originalKey);
    await all.addUnreadableJob(unreadable.imageId);
    const { found } = await all.round();
    expect(found).toContainEqual({ kind: 'unreadable', imageId: unreadable.imageId });
    expect(found).toContainEqual({ kind: 'original-without-job', imageId: lost.imageId });
    expect(await all.status(lost)).toBe('awaiting-upload');
  });
});
