import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createImagingEngine, type ImagingEngine, RejectedImageError } from '@imagemill/imaging';
import { createManifests } from '@imagemill/manifests';
import type { RenderImage, RenderProgress } from '@imagemill/queue';
import { createLogger } from '@imagemill/service';
import { createS3Client, createS3Storage, ensureBucket, type ObjectStorage, type PutObject } from '@imagemill/storage';
import { ImageId, loadCategories, originalKey, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createRenderImage } from './render-image.ts';

const { s3 } = inject('servers');
const client = createS3Client({ ...s3, maxAttempts: 1 });
const bucket = `worker-${randomUUID()}`;
const storage = createS3Storage({ client, bucket });
const engine = await createImagingEngine();
const photo = await readFile(new URL('../../../examples/photos/avatar.jpg', import.meta.url));

beforeAll(() => ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] }));

const HOUR_MS = 3600_000;

function job(change: Partial<RenderImage> = {}): RenderImage {
  const address = {
    tenant: Tenant.parse('acme'),
    category: 'avatar',
    imageId: ImageId.parse(uuidv7()),
    contentType: 'image/jpeg' as const,
  };
  return {
    ...address,
    originalKey: originalKey(address),
    filename: 'me.jpg',
    metadata: { sku: 'A-17' },
    createdAt: new Date().toISOString(),
    uploadExpiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
    ...change,
  };
}

const store = (image: RenderImage, body: Uint8Array = photo) =>
  storage.put({ key: image.originalKey, body, contentType: image.contentType, cacheControl: 'private' });

interface RunOptions {
  readonly cdn?: ObjectStorage;
  readonly ownSets?: unknown;
  readonly signal?: AbortSignal;
  readonly engine?: ImagingEngine;
  readonly attemptsMade?: number;
}

/** Runs the handler as the queue would; tells its result, its progress and every object that it put, in order. */
async function run(image: RenderImage, options: RunOptions = {}) {
  const { cdn = storage, ownSets, signal } = options;
  const puts: string[] = [];
  const progress: RenderProgress[] = [];
  const watched = (inner: ObjectStorage): ObjectStorage => ({
    ...inner,
    put: async (object: PutObject, options) => {
      const outcome = await inner.put(object, options);
      puts.push(object.key);
      return outcome;
    },
  });
  const originals = watched(storage);
  const handle = createRenderImage({
    originals,
    cdn: watched(cdn),
    manifests: createManifests(originals),
    engine: options.engine ?? engine,
    categories: await loadCategories(ownSets),
    cdnBaseUrl: 'http://cdn.test',
    uploadGraceMs: 60_000,
    logger: createLogger('worker', 'silent'),
  });
  const context = {
    attemptsMade: options.attemptsMade ?? 0,
    signal: signal ?? new AbortController().signal,
    reportProgress: async (step: RenderProgress) => void progress.push(structuredClone(step)),
  };
  const result = handle(image, context);
  return { result, puts, progress };
}

const manifestOf = async (image: RenderImage) => (await createManifests(storage).read(image))?.manifest;

describe('a photograph', () => {
  test('has its manifest committed last, after every rendition that it names', async () => {
    const image = job();
    await store(image);
    const { result, puts } = await run(image);
    expect(await result).toEqual({ outcome: 'ready' });
    expect(puts).toHaveLength(14);
    expect(puts.at(-1)).toBe(`manifests/acme/${image.imageId}.json`);
  });

  test('has in its manifest what it was, what was made of it, and how long that took', async () => {
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
        width: 512,
        height: 512,
        orientation: 1,
        frames: 1,
        bytes: photo.length,
        sha256: createHash('sha256').update(photo).digest('hex'),
      },
      dominantColour: expect.stringMatching(/^#[0-9a-f]{6}$/),
      timingsMs: { total: expect.any(Number), fetch: expect.any(Number), render: expect.any(Number) },
    });
  });

  test('reports its progress one rendition at a time', async () => {
    const image = job();
    await store(image);
    const { result, progress } = await run(image);
    await result;
    expect(progress.map(({ done }) => done.length)).toEqual(Array.from({ length: 14 }, (_, count) => count));
    expect(progress.every(({ total }) => total === 13)).toBe(true);
  });
});

describe('running a job again', () => {
  test('makes nothing anew when it is finished already', async () => {
    const image = job();
    await store(image);
    await (await run(image)).result;
    const again = await run(image);
    expect(await again.result).toEqual({ outcome: 'ready' });
    expect(again.puts).toEqual([]);
  });

  test('makes the same bytes under the same keys when it was cut off', async () => {
    const image = job();
    await store(image);
    const etags = async (puts: string[]) =>
      Promise.all(
        puts.filter((key) => key.startsWith('images/')).map(async (key) => [key, (await storage.head(key))?.etag]),
      );
    const first = await run(image);
    await first.result;
    const before = await etags(first.puts);
    await storage.delete(`manifests/acme/${image.imageId}.json`);
    const second = await run(image);
    await second.result;
    expect((await etags(second.puts)).sort()).toEqual(before.sort());
  });

  test('makes new keys, and a new manifest, when the variant set has changed', async () => {
    const image = job();
    await store(image);
    await (await run(image)).result;
    const only = { name: 'only', width: 64, height: 64, fit: 'cover', format: 'webp', quality: 80 };
    const { result, puts } = await run(image, { ownSets: { avatar: [only] } });
    await result;
    expect(puts).toHaveLength(2);
    expect(await manifestOf(image)).toMatchObject({ renditions: [{ variant: 'only', width: 64 }] });
  });

  test('renders again when the original was replaced', async () => {
    const image = job();
    await store(image);
    await (await run(image)).result;
    await store(image, Buffer.from('no picture any more'));
    expect(await (await run(image)).result).toMatchObject({ outcome: 'rejected' });
  });
});

test('two runs of one job at once end with one manifest, and the later one finds it', async () => {
  const image = job();
  await store(image);
  const runs = await Promise.all([run(image), run(image)]);
  const ends = await Promise.allSettled(runs.map(({ result }) => result));
  expect(ends).toContainEqual({ status: 'fulfilled', value: { outcome: 'ready' } });
  for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ retryable: true });
  expect(await (await run(image)).result).toEqual({ outcome: 'ready' });
});

describe('an original that is not there', () => {
  test('is waited for until the upload URL and its grace are over', async () => {
    expect(await (await run(job())).result).toEqual({ outcome: 'not-uploaded' });
    const late = job({ uploadExpiresAt: new Date(Date.now() - 30_000).toISOString() });
    expect(await (await run(late)).result).toEqual({ outcome: 'not-uploaded' });
  });

  test('is given up then', async () => {
    const gone = job({ uploadExpiresAt: new Date(Date.now() - 61_000).toISOString() });
    expect(await (await run(gone)).result).toEqual({ outcome: 'expired' });
  });
});

describe('an upload that can never be an image', () => {
  test.each([
    ['is no picture', Buffer.from('%PDF-1.7'), {}, 'unsupported-format'],
    ['is another type than declared', photo, { contentType: 'image/png' as const }, 'type-mismatch'],
    ['is cut off', photo.subarray(0, 20_000), {}, 'corrupt'],
    ['is not the declared bytes', photo, { checksumSha256: `${'A'.repeat(43)}=` }, 'checksum-mismatch'],
    ['is too large', Buffer.alloc(engine.limits.bytesMax + 1), {}, 'too-many-bytes'],
  ])('because it %s is rejected with a manifest, and no rendition', async (_why, body, change, code) => {
    const image = job(change);
    await store(image, body);
    const { result, puts } = await run(image);
    expect(await result).toMatchObject({ outcome: 'rejected', error: { code } });
    expect(puts.filter((key) => key.startsWith('images/'))).toEqual([]);
    expect(await manifestOf(image)).toMatchObject({ status: 'rejected', error: { code } });
  });
});

test('a picture that runs into the clock is tried once more before it is blamed', async () => {
  const image = job();
  await store(image);
  const slow: ImagingEngine = { ...engine, decode: () => Promise.reject(new RejectedImageError('timeout')) };
  const first = await run(image, { engine: slow });
  await expect(first.result).rejects.toMatchObject({ code: 'took-too-long', retryable: true });
  expect(await manifestOf(image)).toBeUndefined();
  const second = await run(image, { engine: slow, attemptsMade: 1 });
  expect(await second.result).toMatchObject({ outcome: 'rejected', error: { code: 'timeout' } });
});

test('nothing is committed once the work was told to stop', async () => {
  const image = job();
  await store(image);
  const lost = new AbortController();
  const { result } = await run(image, {
    signal: lost.signal,
    cdn: {
      ...storage,
      put: async (object, options) => {
        const outcome = await storage.put(object, options);
        lost.abort(new Error('the lock ran out'));
        return outcome;
      },
    },
  });
  await expect(result).rejects.toThrow();
  expect(await manifestOf(image)).toBeUndefined();
});

describe('trouble on our side', () => {
  test('in the CDN bucket leaves no manifest, and may be tried again', async () => {
    const image = job();
    await store(image);
    let uploads = 0;
    const cdn: ObjectStorage = {
      ...storage,
      put: (object, options) => {
        uploads += 1;
        const nowhere = createS3Storage({ client, bucket: `${bucket}-missing` });
        return uploads > 3 ? nowhere.put(object, options) : storage.put(object, options);
      },
    };
    const { result } = await run(image, { cdn });
    await expect(result).rejects.toMatchObject({ name: 'StorageError' });
    expect(await manifestOf(image)).toBeUndefined();
  });

  test('is what a category is that this worker does not know', async () => {
    const image = job({ category: 'banner' });
    await store(image);
    await expect((await run(image)).result).rejects.toMatchObject({ code: 'unknown-category', retryable: true });
  });

  test('stops the work when the job is cancelled, without a manifest', async () => {
    const image = job();
    await store(image);
    const { result } = await run(image, { signal: AbortSignal.abort(new Error('cancelled')) });
    await expect(result).rejects.toThrow();
    expect(await manifestOf(image)).toBeUndefined();
  });
});
