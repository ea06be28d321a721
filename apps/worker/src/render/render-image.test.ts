import { createHash } from 'node:crypto';
import { type ImagingEngine, RejectedImageError } from '@imagemill/imaging';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { heicSample } from '@imagemill/imaging/test-support';
import { createManifests, originalMetadata } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import {
  CACHE_IMMUTABLE,
  finishedKey,
  loadCategories,
  manifestKey,
  type OwnSettings,
  ownSpec,
  prefixes,
  renditionKey,
} from '@imagemill/variants';
import { beforeAll, describe, expect, test } from 'vitest';
import { engine, job, makeBucket, manifestOf, photo, run, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

/** The smallest GIF: one transparent pixel. */
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const FRAME_AT = 13 + 6;
const gifOfTwoFrames = Buffer.concat([gif.subarray(0, -1), gif.subarray(FRAME_AT)]);

describe('a photograph', () => {
  test('commits its manifest after all renditions, and its index entry after the manifest', async () => {
    const image = job();
    await store(image);
    const { result, puts } = await run(image);
    expect(await result).toEqual({ outcome: 'ready' });
    expect(puts).toHaveLength(15);
    expect(puts.slice(-2)).toEqual([manifestKey(image.imageId), finishedKey(image)]);
  });

  test('records its source, its renditions and its timings in the manifest', async () => {
    const image = job();
    await store(image);
    await (await run(image)).result;
    const manifest = await manifestOf(image);
    expect(manifest).toMatchObject({
      status: 'ready',
      filename: 'me.jpg',
      metadata: { sku: 'A-17' },
      attempts: 1,
      source: {
        format: 'jpeg',
        width: 16,
        height: 16,
        orientation: 1,
        frames: 1,
        bytes: photo.length,
        sha256: createHash('sha256').update(photo).digest('hex'),
      },
      dominantColour: expect.stringMatching(/^#[0-9a-f]{6}$/),
      timingsMs: { total: expect.any(Number), fetch: expect.any(Number), render: expect.any(Number) },
    });
  });

  test('of another accepted type than declared is rendered, with its real type in the manifest', async () => {
    const image = job({ contentType: 'image/webp' });
    await store(image);
    expect(await (await run(image)).result).toEqual({ outcome: 'ready' });
    expect(await manifestOf(image)).toMatchObject({ status: 'ready', source: { format: 'jpeg' } });
  });

  test('of a phone, as HEIC, is rendered, with its type in the manifest', async () => {
    const image = job({ contentType: 'image/heic' });
    await store(image, await heicSample('p3'));
    expect(await (await run(image)).result).toEqual({ outcome: 'ready' });
    expect(await manifestOf(image)).toMatchObject({
      status: 'ready',
      source: { format: 'heic', width: 64, height: 48 },
    });
  });

  test('with more frames than the limit is rendered if no variant is animated', async () => {
    const image = job({ contentType: 'image/gif' });
    await store(image, gifOfTwoFrames);
    const strict = await createImagingEngine({ limits: { framesMax: 1 } });
    expect(await (await run(image, { engine: strict })).result).toEqual({ outcome: 'ready' });
    expect(await manifestOf(image)).toMatchObject({ status: 'ready', source: { format: 'gif', frames: 2 } });
  });

  test('is ready without the entries that are made on request', async () => {
    const image = job();
    await store(image);
    const lazy = { ...only, name: 'lazy', width: 100, height: 100, when: 'request' };
    const { result, puts, progress } = await run(image, { ownSets: { avatar: [lazy, only] } });
    expect(await result).toEqual({ outcome: 'ready' });
    expect(puts.filter((key) => key.startsWith(prefixes.renditions))).toEqual([expect.stringMatching(/only\.webp$/)]);
    expect(progress.at(-1)).toMatchObject({ total: 1, done: [{ variant: 'only' }] });
    expect(await manifestOf(image)).toMatchObject({ renditions: [{ variant: 'only' }] });
  });

  test('reports its progress one rendition at a time', async () => {
    const image = job();
    await store(image);
    const { result, progress } = await run(image);
    await result;
    expect(progress.map(({ done }) => done.length)).toEqual(Array.from({ length: 14 }, (_, count) => count));
    expect(progress.every(({ total }) => total === 13)).toBe(true);
  });

  test('is decoded right after its inspection, while its first progress is still being reported', async () => {
    const image = job();
    await store(image);
    const { promise: decoded, resolve } = Promise.withResolvers<void>();
    const watched: ImagingEngine = {
      ...engine,
      decode: (...call) => {
        resolve();
        return engine.decode(...call);
      },
    };
    const { result, progress } = await run(image, { engine: watched, beforeReport: () => decoded });
    expect(await result).toEqual({ outcome: 'ready' });
    expect(progress.map(({ done }) => done.length)).toEqual(Array.from({ length: 14 }, (_, count) => count));
  });
});

const categories = await loadCategories();
const only = { name: 'only', width: 8, height: 8, fit: 'cover', format: 'webp', quality: 80 };

test('the manifest has the chosen focus of an avatar and the steps that it was made without, and no places of faces', async () => {
  const face = { left: 0.6, top: 0.6, width: 0.1, height: 0.1 };
  const finds = await createImagingEngine({ detector: { detect: async () => [face] } });
  const [found, skipped, product] = [job(), job(), job({}, 'product')];
  for (const image of [found, skipped, product]) await store(image);
  await (await run(found, { engine: finds })).result;
  await (await run(skipped)).result;
  await (await run(product, { engine: finds })).result;
  const manifest = await manifestOf(found);
  expect(manifest).toMatchObject({ chosenFocus: { x: 0.65, y: 0.638, by: 'face' } });
  expect(manifest).not.toHaveProperty('skipped');
  expect(JSON.stringify(manifest)).not.toContain('faces');
  expect(await manifestOf(skipped)).toMatchObject({ chosenFocus: { by: 'attention' }, skipped: ['faces'] });
  expect(await manifestOf(product)).not.toHaveProperty('chosenFocus');
});

test('a step that was skipped is done under a new revision once the manifest asks for it, and the earlier renditions stay', async () => {
  const face = { left: 0.6, top: 0.6, width: 0.1, height: 0.1 };
  const finds = await createImagingEngine({ detector: { detect: async () => [face] } });
  const image = job();
  await store(image);
  await (await run(image)).result;
  const skipped = await manifestOf(image);
  expect(await (await run(image, { engine: finds })).result).toEqual({ outcome: 'ready' });
  expect(await manifestOf(image)).toEqual(skipped);
  const manifests = createManifests(storage);
  const stored = await manifests.read(image.imageId);
  if (stored?.manifest.status !== 'ready') throw new Error('It is not ready.');
  await manifests.publish({ ...stored.manifest, redone: 1, skipped: undefined }, stored);
  expect(await (await run(image, { engine: finds })).result).toEqual({ outcome: 'ready' });
  const done = await manifests.read(image.imageId);
  const avatar = categories.get('avatar');
  if (done?.manifest.status !== 'ready' || !avatar) throw new Error('It is not ready.');
  expect(done.manifest).toMatchObject({
    ...{ redone: 1, chosenFocus: { by: 'face' } },
    revision: ownSpec(avatar, { redone: 1 }).revision,
  });
  expect(done.manifest).not.toHaveProperty('skipped');
  for (const { key } of [...stored.manifest.renditions, ...done.manifest.renditions]) {
    expect(await storage.head(key)).toBeDefined();
  }
});

describe('a focus', () => {
  const focus = { x: 0.2, y: 0.9 };
  const strip = { ...only, height: 20 };
  const ownSets = {
    avatar: [
      { ...strip, position: 'focus' },
      { ...strip, name: 'centred' },
    ],
  };
  const specOf = async (own: OwnSettings = {}) => {
    const common = (await loadCategories(ownSets)).get('avatar');
    if (!common) throw new Error('There is no category.');
    return ownSpec(common, own);
  };
  const bytesOf = async (image: RenderImage, revision: string, variant: string) => {
    const key = renditionKey({ imageId: image.imageId, revision, visibility: 'public', variant, format: 'webp' });
    const object = await storage.open(key);
    return Buffer.concat(await Array.fromAsync(object?.body ?? []));
  };
  test('of the job gives the image a revision of its own, is in its manifest, and moves its crops', async () => {
    const [plain, image] = [job(), job({ focus })];
    for (const each of [plain, image]) {
      await store(each);
      expect(await (await run(each, { ownSets })).result).toEqual({ outcome: 'ready' });
    }
    const [common, own] = [await specOf(), await specOf({ focus })];
    expect(await manifestOf(plain)).not.toHaveProperty('focus');
    expect(await manifestOf(plain)).toMatchObject({ revision: common.revision });
    expect(await manifestOf(image)).toMatchObject({ focus, revision: own.revision });
    const centred = await bytesOf(plain, common.revision, 'only');
    expect(await bytesOf(image, own.revision, 'centred')).toEqual(centred);
    expect(await bytesOf(image, own.revision, 'only')).not.toEqual(centred);
  });

  test('of the original’s metadata counts if the job was recreated from the key alone', async () => {
    const image = job();
    await storage.put({
      ...{ key: image.originalKey, body: photo, contentType: image.contentType, cacheControl: 'private' },
      metadata: originalMetadata({ filename: 'me.jpg', focus }),
    });
    await (await run(image, { ownSets })).result;
    expect(await manifestOf(image)).toMatchObject({ focus, revision: (await specOf({ focus })).revision });
  });

  test('that was changed in the manifest is rendered, whatever the job and the original say', async () => {
    const image = job({ focus });
    await store(image);
    await (await run(image, { ownSets })).result;
    for (const changed of [{ x: 0, y: 0 }, undefined]) {
      const stored = await createManifests(storage).read(image.imageId);
      if (stored?.manifest.status !== 'ready') throw new Error('It is not ready.');
      await createManifests(storage).publish({ ...stored.manifest, focus: changed }, stored);
      await (await run(image, { ownSets })).result;
      const { revision } = await specOf({ focus: changed });
      const manifest = await manifestOf(image);
      expect(manifest).toMatchObject({ revision, metadata: image.metadata });
      expect(manifest && 'focus' in manifest ? manifest.focus : undefined).toEqual(changed);
      expect((await run(image, { ownSets })).puts).toEqual([]);
    }
  });
});

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
