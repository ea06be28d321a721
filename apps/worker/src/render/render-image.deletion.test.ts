import { createDeletions, createManifests } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import { deletionKey, finishedKey, originalFolder, renditionFolder } from '@imagemill/variants';
import { beforeAll, expect, test } from 'vitest';
import { job, jobInParts, makeBucket, manifestOf, run, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

const deletions = createDeletions(storage, createManifests(storage));

/** Every key that is left of an image, besides its tombstone. */
async function leftOf(image: RenderImage): Promise<string[]> {
  const prefixes = [renditionFolder(image), originalFolder(image), finishedKey(image), deletionKey(image.imageId)];
  const pages = await Promise.all(prefixes.map((prefix) => storage.list({ prefix })));
  return pages.flatMap(({ objects }) => objects.map(({ key }) => key));
}

test('an image that is deleted after its end leaves nothing but its tombstone', async () => {
  const image = job();
  await store(image);
  await (await run(image)).result;
  expect((await leftOf(image)).length).toBeGreaterThan(10);
  await deletions.begin(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  expect(await leftOf(image)).toEqual([]);
  expect(await manifestOf(image)).toMatchObject({ status: 'deleted', imageId: image.imageId });
  expect(JSON.stringify(await manifestOf(image))).not.toContain('me.jpg');
});

test('an image that is deleted while it is processed leaves nothing either', async () => {
  const image = job();
  await store(image);
  let uploads = 0;
  const cdn: ObjectStorage = {
    ...storage,
    put: async (object, options) => {
      uploads += 1;
      if (uploads === 3) await deletions.begin(image);
      return storage.put(object, options);
    },
  };
  expect(await (await run(image, { cdn })).result).toEqual({ outcome: 'deleted' });
  expect(uploads).toBeGreaterThan(3);
  expect(await leftOf(image)).toEqual([]);
});

test('an image that is deleted before its upload is never processed, and a late upload is deleted too', async () => {
  const image = job();
  await deletions.begin(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  await store(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  expect(await leftOf(image)).toEqual([]);
});

test('an image that is deleted while its parts are uploaded leaves none of them', async () => {
  const { image, parts } = await jobInParts();
  await deletions.begin(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  expect(await parts()).toBeUndefined();
});

test('deleting is begun as often as one likes', async () => {
  const image = job();
  await Promise.all([deletions.begin(image), deletions.begin(image), deletions.begin(image)]);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  await deletions.begin(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  expect(await leftOf(image)).toEqual([]);
});
