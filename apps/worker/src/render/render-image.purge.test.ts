import { createDeletions, createManifests } from '@imagemill/manifests';
import { type PurgeReason, QueueUnavailableError } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import { deletionKey, type ImageAddress, renditionFolder } from '@imagemill/variants';
import { beforeAll, expect, test } from 'vitest';
import { job, makeBucket, run, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

const deletions = createDeletions(storage, createManifests(storage));
const thumb = { width: 8, height: 8, fit: 'cover', format: 'webp', quality: 60 } as const;
const ownSets = { avatar: [{ name: 'tiny', ...thumb }] };

/** Records each purge with the number of renditions that were left at that moment. */
function watchPurges(image: RenderImage) {
  const purged: { reason: PurgeReason; renditionsLeft: number }[] = [];
  const add = async ({ imageId }: ImageAddress, reason: PurgeReason) => {
    expect(imageId).toBe(image.imageId);
    const { objects } = await storage.list({ prefix: renditionFolder({ ...image, visibility: 'public' }) });
    purged.push({ reason, renditionsLeft: objects.length });
  };
  return { purged, purges: { add } };
}

async function readyImage() {
  const image = job();
  await store(image);
  const { purged, purges } = watchPurges(image);
  expect(await (await run(image, { ownSets, purges })).result).toEqual({ outcome: 'ready' });
  return { image, purged, purges };
}

test('the first render of an image purges nothing', async () => {
  expect((await readyImage()).purged).toEqual([]);
});

test('a deletion purges the image after all renditions are deleted', async () => {
  const { image, purged, purges } = await readyImage();
  await deletions.begin(image);
  await (await run(image, { ownSets, purges })).result;
  expect(purged).toEqual([{ reason: 'deleted', renditionsLeft: 0 }]);
});

test('a deletion during the render purges what was public for a moment', async () => {
  const image = job();
  await store(image);
  const { purged, purges } = watchPurges(image);
  const cdn: ObjectStorage = {
    ...storage,
    put: async (object, options) => {
      const outcome = await storage.put(object, options);
      await deletions.begin(image);
      return outcome;
    },
  };
  expect(await (await run(image, { cdn, ownSets, purges })).result).toEqual({ outcome: 'deleted' });
  expect(purged).toEqual([{ reason: 'deleted', renditionsLeft: 0 }]);
});

test('while Redis refuses the purge, the deletion is not finished, and a later run queues it', async () => {
  const { image, purged, purges } = await readyImage();
  await deletions.begin(image);
  const away = { add: () => Promise.reject(new QueueUnavailableError(new Error('Redis is away.'))) };
  await expect((await run(image, { ownSets, purges: away })).result).rejects.toThrow(QueueUnavailableError);
  expect(await storage.head(deletionKey(image.imageId))).toBeDefined();
  expect(await (await run(image, { ownSets, purges })).result).toEqual({ outcome: 'deleted' });
  expect(purged).toEqual([{ reason: 'deleted', renditionsLeft: 0 }]);
  expect(await storage.head(deletionKey(image.imageId))).toBeUndefined();
});

test('a new revision purges the addresses without a revision, also after the run that published it has died', async () => {
  const { image, purged, purges } = await readyImage();
  const grown = { avatar: [...ownSets.avatar, { name: 'other', ...thumb }] };
  const died = { add: () => Promise.reject(new Error('The process died.')) };
  await expect((await run(image, { ownSets: grown, purges: died })).result).rejects.toThrow();
  expect(await (await run(image, { ownSets: grown, purges })).result).toEqual({ outcome: 'ready' });
  expect(purged).toMatchObject([{ reason: 'rendered-again' }]);
});

test('a rejection purges renditions that were published before it, and nothing if there were none', async () => {
  const rejected = job();
  await store(rejected, Buffer.from('not an image'));
  const none = watchPurges(rejected);
  expect(await (await run(rejected, { ownSets, purges: none.purges })).result).toMatchObject({ outcome: 'rejected' });
  expect(none.purged).toEqual([]);

  const image = job();
  await store(image, Buffer.from('not an image'));
  // An earlier attempt has published one.
  const key = `${renditionFolder({ ...image, visibility: 'public' })}earlier/tiny.webp`;
  await storage.put({ key, body: Buffer.from('x'), contentType: 'image/webp', cacheControl: 'public' });
  const some = watchPurges(image);
  expect(await (await run(image, { ownSets, purges: some.purges })).result).toMatchObject({ outcome: 'rejected' });
  expect(some.purged).toEqual([{ reason: 'rejected', renditionsLeft: 0 }]);
});
