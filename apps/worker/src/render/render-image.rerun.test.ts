import { type ImagingEngine, RejectedImageError } from '@imagemill/imaging';
import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_IMMUTABLE, finishedKey, loadCategories, manifestKey, prefixes, renditionKey } from '@imagemill/variants';
import { beforeAll, describe, expect, test } from 'vitest';
import { engine, job, makeBucket, manifestOf, only, run, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

const categories = await loadCategories();

describe('running a job again', () => {
  test('renders nothing if the image is already finished', async () => {
    const image = job();
    await store(image);
    await (await run(image)).result;
    const again = await run(image);
    expect(await again.result).toEqual({ outcome: 'ready' });
    expect(again.puts).toEqual([]);
  });

  test("keeps the seller's file name and metadata if the job was recreated from the key alone", async () => {
    const image = job();
    await store(image);
    await (await run(image)).result;
    const { filename: _, ...fromKey } = { ...image, metadata: {} };
    await (await run(fromKey, { ownSets: { avatar: [only] } })).result;
    const { revision } = (await loadCategories({ avatar: [only] })).get('avatar') ?? {};
    expect(await manifestOf(image)).toMatchObject({ revision, filename: 'me.jpg', metadata: { sku: 'A-17' } });
  });

  test('writes the same bytes under the same keys if everything it wrote is gone', async () => {
    const image = job();
    await store(image);
    const etags = async (puts: string[]) =>
      Promise.all(
        puts
          .filter((key) => key.startsWith(prefixes.renditions))
          .map(async (key) => [key, (await storage.head(key))?.etag]),
      );
    const first = await run(image);
    await first.result;
    const before = await etags(first.puts);
    await storage.delete(manifestKey(image.imageId));
    await Promise.all(before.map(([key = '']) => storage.delete(key)));
    const second = await run(image);
    await second.result;
    expect((await etags(second.puts)).sort()).toEqual(before.sort());
  });

  test('keeps a rendition that another writer stored first, and records its size', async () => {
    const image = job();
    await store(image);
    const revision = categories.get('avatar')?.revision ?? '';
    const key = renditionKey({
      imageId: image.imageId,
      revision,
      visibility: 'public',
      variant: 'large',
      format: 'webp',
    });
    const earlier = Buffer.from('the picture of another encoder');
    await storage.put({ key, body: earlier, contentType: 'image/webp', cacheControl: CACHE_IMMUTABLE });
    const { result, progress } = await run(image);
    expect(await result).toEqual({ outcome: 'ready' });
    const stored = { variant: 'large', format: 'webp', width: 16, height: 16, bytes: earlier.byteLength };
    expect(progress.at(-1)?.done).toContainEqual(stored);
    expect(await manifestOf(image)).toMatchObject({ renditions: expect.arrayContaining([{ ...stored, key }]) });
    expect((await storage.head(key))?.sizeBytes).toBe(earlier.byteLength);
  });

  test('writes a rendition again if it is deleted between the write that was first and the look for its size', async () => {
    const image = job();
    await store(image);
    await (await run(image)).result;
    await storage.delete(manifestKey(image.imageId));
    const lost = new Set<string>();
    const cdn: ObjectStorage = {
      ...storage,
      async head(key, options) {
        if (lost.has(key)) return storage.head(key, options);
        lost.add(key);
        await storage.delete(key);
        return undefined;
      },
    };
    expect(await (await run(image, { cdn })).result).toEqual({ outcome: 'ready' });
    expect(lost.size).toBe(13);
    for (const key of lost) expect(await storage.head(key)).toBeDefined();
  });

  test('writes new keys and a new manifest if the variant set has changed', async () => {
    const image = job();
    await store(image);
    await (await run(image)).result;
    const { result, puts } = await run(image, { ownSets: { avatar: [only] } });
    await result;
    expect(puts.slice(1)).toEqual([manifestKey(image.imageId), finishedKey(image)]);
    expect(await manifestOf(image)).toMatchObject({ renditions: [{ variant: 'only', width: 8 }] });
  });

  test('keeps the published renditions if the original would be rejected now', async () => {
    const image = job();
    await store(image);
    await (await run(image)).result;
    const before = await manifestOf(image);
    const strict: ImagingEngine = {
      ...engine,
      inspect: () => Promise.reject(new RejectedImageError('too-many-pixels')),
    };
    const { result } = await run(image, { ownSets: { avatar: [only] }, engine: strict });
    expect(await result).toEqual({ outcome: 'ready' });
    expect(await manifestOf(image)).toEqual(before);
  });

  test.each([undefined, { avatar: [only] }])(
    'keeps the published renditions if the original was replaced afterwards (sets: %j)',
    async (ownSets) => {
      const image = job();
      await store(image);
      await (await run(image)).result;
      const before = await manifestOf(image);
      await store(image, Buffer.from('another picture'));
      const { result, puts } = await run(image, { ownSets });
      expect(await result).toEqual({ outcome: 'ready' });
      expect(puts).toEqual([]);
      expect(await manifestOf(image)).toEqual(before);
    },
  );
});

test('two simultaneous runs of one job produce one manifest', async () => {
  const image = job();
  await store(image);
  const runs = await Promise.all([run(image), run(image)]);
  const ends = await Promise.allSettled(runs.map(({ result }) => result));
  expect(ends).toContainEqual({ status: 'fulfilled', value: { outcome: 'ready' } });
  for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ retryable: true });
  expect(await (await run(image)).result).toEqual({ outcome: 'ready' });
});
