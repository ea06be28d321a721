import { createDeletions, createManifests } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import { deletionKey, finishedKey, originalFolder, renditionFolder } from '@imagemill/variants';
import { beforeAll, expect, test } from 'vitest';
import { job, jobInParts, makeBucket, manifestOf, run, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

const deletions = createDeletions(storage, createManifests(storage));

/** All remaining keys of an image, except its tombstone. */
async function remainingKeys(image: RenderImage): Promise<string[]> {
  const prefixes = [
    renditionFolder({ ...image, visibility: 'public' }),
    originalFolder(image),
    finishedKey(image),
    deletionKey(image.imageId),
  ];
  const pages = await Promise.all(prefixes.map((prefix) => storage.list({ prefix })));
  return pages.flatMap(({ objects }) => objects.map(({ key }) => key));
}

test('an image deleted after it was finished leaves only its tombstone', async () => {
  const image = job();
  await store(image);
  await (await run(image)).result;
  expect((await remainingKeys(image)).length).toBeGreaterThan(10);
  await deletions.begin(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  expect(await remainingKeys(image)).toEqual([]);
  expect(await manifestOf(image)).toMatchObject({ status: 'deleted', imageId: image.imageId });
  expect(JSON.stringify(await manifestOf(image))).not.toContain('me.jpg');
});

test('an image deleted during its processing leaves only its tombstone', async () => {
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
  expect(await remainingKeys(image)).toEqual([]);
});

test('an image deleted before its upload is never processed, and a late upload is deleted', async () => {
  const image = job();
  await deletions.begin(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  await store(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  expect(await remainingKeys(image)).toEqual([]);
});

test('an image deleted during a multipart upload leaves no parts', async () => {
  const { image, parts } = await jobInParts();
  await deletions.begin(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  expect(await parts()).toBeUndefined();
});

test('deletion is idempotent', async () => {
  const image = job();
  await Promise.all([deletions.begin(image), deletions.begin(image), deletions.begin(image)]);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  await deletions.begin(image);
  expect(await (await run(image)).result).toEqual({ outcome: 'deleted' });
  expect(await remainingKeys(image)).toEqual([]);
});
