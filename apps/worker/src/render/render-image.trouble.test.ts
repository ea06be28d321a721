import { type ImagingEngine, RejectedImageError, TookTooLongError } from '@imagemill/imaging';
import { createS3Storage, type ObjectStorage } from '@imagemill/storage';
import { originalKey, prefixes, Tenant } from '@imagemill/variants';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  bucket,
  client,
  engine,
  job,
  jobInParts,
  makeBucket,
  manifestOf,
  photo,
  run,
  storage,
  store,
} from '../test-support/render-harness.ts';

beforeAll(makeBucket);

describe('an image without an original', () => {
  test('is postponed until its upload URL has expired and the grace period is over', async () => {
    expect(await (await run(job())).result).toEqual({ outcome: 'postponed', reason: 'not-uploaded' });
    const late = job({ uploadExpiresAt: new Date(Date.now() - 30_000).toISOString() });
    expect(await (await run(late)).result).toEqual({ outcome: 'postponed', reason: 'not-uploaded' });
  });

  test('expires together with its uploaded parts', async () => {
    const uploadExpiresAt = new Date(Date.now() - 61_000).toISOString();
    const { image, parts } = await jobInParts({ uploadExpiresAt });
    expect(await parts()).toEqual([]);
    expect(await (await run(image)).result).toEqual({ outcome: 'expired' });
    expect(await parts()).toBeUndefined();
    expect(await (await run(image)).result).toEqual({ outcome: 'expired' });
  });

  test('expires after the grace period', async () => {
    const gone = job({ uploadExpiresAt: new Date(Date.now() - 61_000).toISOString() });
    expect(await (await run(gone)).result).toEqual({ outcome: 'expired' });
  });
});

describe('an invalid upload', () => {
  test.each([
    ['is not an image', Buffer.from('%PDF-1.7'), {}, 'unsupported-format'],
    ['is truncated', photo.subarray(0, photo.length / 2), {}, 'corrupt'],
    ['does not match its declared checksum', photo, { checksumSha256: `${'A'.repeat(43)}=` }, 'checksum-mismatch'],
    ['is too large', Buffer.alloc(engine.limits.bytesMax + 1), {}, 'too-many-bytes'],
  ])('that %s is rejected with a manifest and without renditions', async (_why, body, change, code) => {
    const image = job(change);
    await store(image, body);
    const { result, puts } = await run(image);
    expect(await result).toMatchObject({ outcome: 'rejected', error: { code } });
    expect(puts.filter((key) => key.startsWith(prefixes.renditions))).toEqual([]);
    expect(await manifestOf(image)).toMatchObject({ status: 'rejected', error: { code } });
  });
});

test('an image of another type than declared is rejected if STRICT_CONTENT_TYPE is set', async () => {
  const image = job({ contentType: 'image/png' });
  await store(image);
  const { result, puts } = await run(image, { strictContentType: true });
  expect(await result).toMatchObject({ outcome: 'rejected', error: { code: 'type-mismatch' } });
  expect(puts.filter((key) => key.startsWith(prefixes.renditions))).toEqual([]);
});

test.each(['timeout', 'too-complex', 'crashed-decoder'] as const)(
  'an image that exceeds what one image may use is rejected at its first attempt: %s',
  async (code) => {
    const image = job();
    await store(image);
    const strict: ImagingEngine = { ...engine, decode: () => Promise.reject(new RejectedImageError(code)) };
    const { result } = await run(image, { engine: strict });
    expect(await result).toMatchObject({ outcome: 'rejected', error: { code } });
  },
);

test('an image that takes too long on the clock alone is retried, and never rejected for it', async () => {
  const image = job();
  await store(image);
  const slow: ImagingEngine = { ...engine, decode: () => Promise.reject(new TookTooLongError()) };
  for (const attemptsMade of [0, 1, 4]) {
    const { result } = await run(image, { engine: slow, attemptsMade });
    await expect(result).rejects.toMatchObject({ code: 'took-too-long', retryable: true });
  }
  expect(await manifestOf(image)).toBeUndefined();
});

test.each([
  ['is rendered', {}],
  ['fails', { summarise: () => Promise.reject(new TookTooLongError()) }],
])('the process of a picture is free again after it %s', async (_how, change) => {
  const image = job();
  await store(image);
  const close = vi.fn();
  const watched: ImagingEngine = {
    ...engine,
    decode: async (...call) => ({ ...(await engine.decode(...call)), ...change, close }),
  };
  await (await run(image, { engine: watched })).result.catch(() => {});
  expect(close).toHaveBeenCalled();
});

describe('a failure beside the renditions', () => {
  const failing = new Error('Redis is away');

  test('of the summary stops them, and no upload outlives it', async () => {
    const image = job();
    await store(image);
    const broken: ImagingEngine = {
      ...engine,
      decode: async (...call) => ({
        ...(await engine.decode(...call)),
        summarise: () => Promise.reject(new TookTooLongError()),
      }),
    };
    let uploads = 0;
    const cdn: ObjectStorage = {
      ...storage,
      put: async (object, options) => {
        uploads += 1;
        return storage.put(object, options).finally(() => (uploads -= 1));
      },
    };
    const { result } = await run(image, { engine: broken, cdn });
    await expect(result).rejects.toMatchObject({ code: 'took-too-long' });
    expect(uploads).toBe(0);
    expect(await manifestOf(image)).toBeUndefined();
  });

  test('of the first report of progress fails the run', async () => {
    const image = job();
    await store(image);
    const { result } = await run(image, { beforeReport: () => Promise.reject(failing) });
    await expect(result).rejects.toBe(failing);
    expect(await manifestOf(image)).toBeUndefined();
  });
});

/** Yields one rendition and then reaches the time limit. */
const stuck: ImagingEngine = {
  ...engine,
  async decode(...call) {
    const picture = await engine.decode(...call);
    return {
      ...picture,
      async *render(options) {
        for await (const first of picture.render(options)) {
          yield first;
          throw new RejectedImageError('timeout');
        }
      },
    };
  },
};

test('an image that is rejected halfway leaves no public renditions', async () => {
  const image = job();
  await store(image);
  const { result, puts } = await run(image, { engine: stuck, attemptsMade: 1 });
  expect(await result).toMatchObject({ outcome: 'rejected', error: { code: 'timeout' } });
  const [rendition] = puts.filter((key) => key.startsWith(prefixes.renditions));
  expect(rendition).toBeDefined();
  expect(await storage.head(rendition ?? '')).toBeUndefined();
});

test('an image that is rejected halfway leaves no public renditions after the storage failed to delete them', async () => {
  const image = job();
  await store(image);
  const nowhere = createS3Storage({ client, bucket: `${bucket}-missing` });
  const cdn: ObjectStorage = { ...storage, list: nowhere.list };
  const first = await run(image, { engine: stuck, attemptsMade: 1, cdn });
  await expect(first.result).rejects.toMatchObject({ name: 'StorageError' });
  const second = await run(image, { attemptsMade: 2 });
  expect(await second.result).toMatchObject({ outcome: 'rejected', error: { code: 'timeout' } });
  const [rendition] = first.puts.filter((key) => key.startsWith(prefixes.renditions));
  expect(rendition).toBeDefined();
  expect(await storage.head(rendition ?? '')).toBeUndefined();
});

test('an aborted run commits nothing', async () => {
  const image = job();
  await store(image);
  const lost = new AbortController();
  const { result } = await run(image, {
    signal: lost.signal,
    cdn: {
      ...storage,
      put: async (object, options) => {
        const outcome = await storage.put(object, options);
        lost.abort(new Error('the lock expired'));
        return outcome;
      },
    },
  });
  await expect(result).rejects.toThrow();
  expect(await manifestOf(image)).toBeUndefined();
});

describe('a failed run', () => {
  test('leaves no manifest and is retryable if the CDN bucket fails', async () => {
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

  test('is retryable if this worker does not have the category', async () => {
    const image = job({ category: 'banner' });
    await store(image);
    await expect((await run(image)).result).rejects.toMatchObject({ code: 'unknown-category', retryable: true });
  });

  test('leaves no manifest if the job is cancelled', async () => {
    const image = job();
    await store(image);
    const { result } = await run(image, { signal: AbortSignal.abort(new Error('cancelled')) });
    await expect(result).rejects.toThrow();
    expect(await manifestOf(image)).toBeUndefined();
  });
});

test("a job with the id of another tenant's image does not change that image", async () => {
  const theirs = job();
  await store(theirs);
  await (await run(theirs)).result;
  const manifest = await manifestOf(theirs);
  const address = { ...theirs, tenant: Tenant.parse('other') };
  const mine = { ...address, originalKey: originalKey(address) };
  await store(mine);
  const { result, puts } = await run(mine, {
    ownSets: { avatar: [{ name: 'a', width: 8, height: 8, fit: 'inside', format: 'webp', quality: 80 }] },
  });
  await expect(result).rejects.toMatchObject({ code: 'other-tenants-image', retryable: false });
  expect(puts).toEqual([]);
  expect(await manifestOf(theirs)).toEqual(manifest);
});
