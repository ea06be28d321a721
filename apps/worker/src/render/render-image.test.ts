import { createHash } from 'node:crypto';
import type { ImagingEngine } from '@imagemill/imaging';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { heicSample } from '@imagemill/imaging/test-support';
import type { ObjectStorage } from '@imagemill/storage';
import { finishedKey, manifestKey, prefixes } from '@imagemill/variants';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  engine,
  job,
  makeBucket,
  manifestOf,
  only,
  photo,
  run,
  storage,
  store,
} from '../test-support/render-harness.ts';

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

  test('has its first renditions while its summary is still being made', async () => {
    const image = job();
    await store(image);
    const { promise: published, resolve } = Promise.withResolvers<void>();
    const watched: ImagingEngine = {
      ...engine,
      decode: async (...call) => {
        const picture = await engine.decode(...call);
        return { ...picture, summarise: (options) => published.then(() => picture.summarise(options)) };
      },
    };
    const cdn: ObjectStorage = {
      ...storage,
      put: async (...call) => {
        const outcome = await storage.put(...call);
        resolve();
        return outcome;
      },
    };
    expect(await (await run(image, { engine: watched, cdn })).result).toEqual({ outcome: 'ready' });
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
