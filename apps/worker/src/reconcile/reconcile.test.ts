import { randomUUID } from 'node:crypto';
import { AppError } from '@imagemill/errors';
import { createImageView, createNotifier } from '@imagemill/images';
import { createDeletions, createFinishedImages, createManifests } from '@imagemill/manifests';
import {
  createConsumerConnection,
  createImageIndex,
  createProducerConnection,
  createRenderQueue,
  createRenderWorker,
  createWebhookQueue,
  type RenderHandler,
} from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { createS3Storage, ensureBucket, type ObjectStorage } from '@imagemill/storage';
import {
  deletionKey,
  IMPORTED_MEDIA_TYPE,
  ImageId,
  loadCategories,
  originalKey,
  parseOriginalKey,
  prefixes,
  renditionKey,
  Tenant,
} from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { client, job } from '../test-support/render-harness.ts';
import { reconcile } from './reconcile.ts';
import type { Finding } from './sweep.ts';

const { redisUrl } = inject('servers');
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Separate buckets and a separate queue for each test, which keeps other tests' images out of its rounds. */
async function harness({ endpoints = [] }: { endpoints?: string[] } = {}) {
  const id = randomUUID();
  const originals = createS3Storage({ client, bucket: `originals-${id}` });
  const cdn = createS3Storage({ client, bucket: `cdn-${id}` });
  for (const { bucket } of [originals, cdn])
    await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  const connection = createProducerConnection(redisUrl);
  await vi.waitUntil(() => connection.status === 'ready');
  const prefix = `reconcile-${id.slice(0, 8)}`;
  const queue = createRenderQueue({ connection, prefix });
  closers.push(async () => connection.disconnect());
  const manifests = createManifests(originals);
  const deletions = createDeletions(originals, manifests);
  const webhooks = createWebhookQueue({ connection, prefix });
  const view = createImageView({ categories: await loadCategories(), cdnBaseUrl: 'http://cdn.test' });
  const isWanted = (tenant: string) => endpoints.includes(tenant);
  const notifier = createNotifier({ queue, webhooks, manifests, view, isWanted });
  const index = createImageIndex(connection, prefix);
  const finishedImages = createFinishedImages(originals);
  const stores = { originals, cdn, manifests, deletions, finishedImages };
  const services = { ...stores, queue, index, notifier, oldRevisionGraceMs: 60_000 };

  /** The services, with the given storage in place of the real one. */
  function withStorage(change: { originals?: ObjectStorage; cdn?: ObjectStorage }) {
    const { originals = services.originals, cdn = services.cdn } = change;
    const manifests = createManifests(originals);
    const deletions = createDeletions(originals, manifests);
    return { ...services, originals, cdn, manifests, deletions, finishedImages: createFinishedImages(originals) };
  }

  async function round(
    options: {
      dryRun?: boolean;
      pagesMax?: number;
      from?: string;
      originals?: ObjectStorage;
      cdn?: ObjectStorage;
    } = {},
  ) {
    const findings: Finding[] = [];
    let next: string | undefined;
    const summary = await reconcile(withStorage(options), {
      dryRun: options.dryRun ?? false,
      pagesMax: options.pagesMax ?? Number.POSITIVE_INFINITY,
      from: options.from,
      signal: new AbortController().signal,
      onFinding: (finding) => findings.push(finding),
      onPage: async (position) => {
        next = position;
      },
    });
    const found = findings.map(({ kind, imageId }) => ({ kind, imageId })).toSorted(byImage);
    return { found, summary, next };
  }

  async function work(handle: RenderHandler, until: () => Promise<boolean>) {
    const consumer = createConsumerConnection(redisUrl);
    const worker = createRenderWorker({ connection: consumer, prefix, concurrency: 2, handle, onError: () => {} });
    await vi.waitUntil(until);
    await worker.close(5_000);
    consumer.disconnect();
  }

  const put = async (key: string, body = 'bytes') => {
    const address = parseOriginalKey(key);
    if (address) await index.add(address.tenant, [address]);
    return originals.put({ key, body: Buffer.from(body), contentType: 'image/jpeg', cacheControl: 'private' });
  };
  const status = async (image: RenderImage) => (await queue.find(image.imageId))?.status;
  const addUnreadableJob = (imageId: ImageId) =>
    connection.hset(`${prefix}:render:${imageId}`, { name: 'render-image', data: '{}', opts: '{}', timestamp: 1 });
  return { ...services, webhooks, round, work, put, status, addUnreadableJob };
}

const byImage = (a: { imageId: string }, b: { imageId: string }) => (a.imageId < b.imageId ? -1 : 1);

type Harness = Awaited<ReturnType<typeof harness>>;

/** Finishes an image as a worker does: rejected, or ready if a revision is given. */
async function finish(
  { manifests, originals }: Harness,
  image: RenderImage,
  { revision }: { revision?: string } = {},
): Promise<void> {
  const { imageId, tenant, category, originalKey, createdAt } = image;
  const identity = { imageId, tenant, category, originalKey, filename: '', metadata: {} } as const;
  const originalEtag = (await originals.head(originalKey))?.etag ?? '';
  const common = { ...identity, attempts: 1, createdAt, originalEtag };
  const now = new Date().toISOString();
  const error = { code: 'corrupt', message: 'The file is damaged.' };
  const size = { width: 1, height: 1, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
  const source = { ...size, format: 'jpeg', sha256: '' } as const;
  const made = { source, placeholder: '', dominantColour: '#000000', renditions: [], timingsMs: {} };
  await manifests.publish(
    revision === undefined
      ? { ...common, status: 'rejected', rejectedAt: now, error }
      : { ...common, status: 'ready', readyAt: now, revision, ...made },
    undefined,
  );
}

/** Moves the reconciler's clock past the settling time. The clock of the buckets does not change. */
const skipSettlingTime = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 120_000 });

describe('after a total loss of Redis', () => {
  test('recreates the job of every upload without a manifest, and no other', async () => {
    const all = await harness();
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
    const all = await harness();
    const { contentType: _, ...image } = job();
    const key = originalKey({ ...image, contentType: IMPORTED_MEDIA_TYPE });
    await all.put(key);
    expect((await all.round()).found).toEqual([{ kind: 'original-without-job', imageId: image.imageId }]);
    const made = (await all.queue.find(image.imageId))?.image;
    expect(made).toMatchObject({ originalKey: key, contentType: IMPORTED_MEDIA_TYPE });
    expect(made?.importUrl).toBeUndefined();
  });

  test('a dry run reports the same findings and repairs nothing', async () => {
    const all = await harness();
    const image = job();
    await all.put(image.originalKey);
    const dry = await all.round({ dryRun: true });
    expect(dry).toMatchObject({ found: [{ kind: 'original-without-job' }], summary: { repaired: 0 } });
    expect(await all.queue.find(image.imageId)).toBeUndefined();
    expect(await all.round()).toMatchObject({ found: dry.found, summary: { repaired: 1 } });
  });

  test('continues an interrupted round from any page without missing an image', async () => {
    const all = await harness();
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

test('images that are missing from the index are listed again, in the order of their age', async () => {
  const all = await harness();
  const images = [job(), job({}, 'product'), job()];
  for (const image of images) {
    await all.put(image.originalKey);
    await finish(all, image);
    await all.index.remove(image.tenant, image.imageId, ['avatar', 'product']);
  }
  skipSettlingTime();
  const [first] = images as [RenderImage];
  expect((await all.round()).found).toEqual([{ kind: 'images-not-listed', imageId: first.imageId }]);
  expect(await all.index.list(first.tenant, { limit: 10 })).toEqual(images.map(({ imageId }) => imageId).toReversed());
  expect(await all.index.list(first.tenant, { category: 'product', limit: 10 })).toEqual([images[1]?.imageId]);
  expect((await all.round()).found).toEqual([]);
});

describe('an upload', () => {
  test('without a report is reported after the settling time', async () => {
    const all = await harness();
    const image = job();
    await all.queue.add(image, 3600_000);
    await all.put(image.originalKey);
    expect((await all.round()).found).toEqual([]);
    skipSettlingTime();
    expect((await all.round()).found).toEqual([{ kind: 'upload-not-reported', imageId: image.imageId }]);
    expect(await all.status(image)).toBe('queued');
  });

  test('that arrives after its image has expired is processed', async () => {
    const all = await harness();
    const image = job();
    await all.queue.add(image, 0);
    await all.work(
      async () => ({ outcome: 'expired' }),
      async () => (await all.status(image)) === 'expired',
    );
    await all.put(image.originalKey);
    expect((await all.round()).found).toEqual([{ kind: 'upload-after-expiry', imageId: image.imageId }]);
    expect(await all.status(image)).toBe('queued');
  });

  test('with a lost result is processed again', async () => {
    const all = await harness();
    const image = job();
    await all.put(image.originalKey);
    await all.queue.add(image, 0);
    await all.work(
      async () => ({ outcome: 'ready' }),
      async () => (await all.status(image)) === 'ready',
    );
    expect((await all.round()).found).toEqual([{ kind: 'result-without-manifest', imageId: image.imageId }]);
    expect(await all.queue.backlog()).toMatchObject({ waiting: 1 });
  });

  test('that replaces the original of a finished image is reported to the operator', async () => {
    const all = await harness();
    const image = job();
    await all.put(image.originalKey);
    await finish(all, image);
    expect((await all.round()).found).toEqual([]);
    // Listings have times in whole seconds.
    await vi.waitFor(async () => {
      await all.put(image.originalKey, 'other bytes');
      const { found, summary } = await all.round();
      expect(found).toEqual([{ kind: 'original-replaced', imageId: image.imageId }]);
      expect(summary.repaired).toBe(0);
    });
  });

  test('through the URL of a deleted image is deleted', async () => {
    const all = await harness();
    const image = job();
    await all.deletions.begin(image);
    await all.deletions.finish(image);
    await vi.waitFor(async () => {
      await all.put(image.originalKey);
      skipSettlingTime();
      const { found } = await all.round();
      expect(found).toEqual([{ kind: 'upload-of-deleted-image', imageId: image.imageId }]);
    });
    expect(await all.status(image)).toBe('deleted');
  });
});

describe('a finished image', () => {
  test('is indexed if its worker died before it wrote the index entry', async () => {
    const all = await harness();
    const image = job();
    await all.put(image.originalKey);
    await finish(all, image);
    await all.finishedImages.remove(image);
    expect((await all.round()).found).toEqual([]);
    skipSettlingTime();
    expect((await all.round()).found).toEqual([{ kind: 'finished-not-indexed', imageId: image.imageId }]);
    expect((await all.finishedImages.finishedAt([image]))(image)).toBeInstanceOf(Date);
    expect((await all.round()).found).toEqual([]);
  });

  test("is not changed by another tenant's original with the same id", async () => {
    const all = await harness();
    const theirs = job();
    await all.put(theirs.originalKey);
    await finish(all, theirs);
    await all.put(originalKey({ ...theirs, tenant: Tenant.parse('other') }));
    skipSettlingTime();
    const { found, summary } = await all.round();
    expect(found).toEqual([{ kind: 'id-of-another-tenant', imageId: theirs.imageId }]);
    expect(summary.repaired).toBe(0);
    expect((await all.round()).found).toEqual(found);
  });
});

test('a round lists each bucket once, regardless of the number of tenants', async () => {
  const all = await harness();
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
    const key = renditionKey({ ...mine, revision: 'abc', variant: 'thumb', format: 'avif' });
    await all.cdn.put({ key, body: Buffer.from('x'), contentType: 'image/avif', cacheControl: 'public' });
    await finish(all, mine, { revision: 'abc' });
  }
  await addTenant('tenant-0');
  const forOne = await calls();
  for (const index of [1, 2, 3, 4, 5]) await addTenant(`tenant-${index}`);
  expect([forOne, await calls()]).toEqual([5, 5]);
});

test('an interrupted deletion is continued', async () => {
  const all = await harness();
  const image = job();
  await all.put(image.originalKey);
  await all.deletions.begin(image);
  expect((await all.round()).found).toEqual([]);
  skipSettlingTime();
  expect((await all.round()).found).toEqual([{ kind: 'deletion-not-done', imageId: image.imageId }]);
  expect(await all.status(image)).toBe('deleted');
});

describe('a round continues after an unreadable', () => {
  test('deletion mark', async () => {
    const all = await harness();
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
    const all = await harness();
    const [unreadable, lost] = [job(), job()] as const;
    for (const image of [unreadable, lost]) await all.put(image.originalKey);
    await all.addUnreadableJob(unreadable.imageId);
    const { found } = await all.round();
    expect(found).toContainEqual({ kind: 'unreadable', imageId: unreadable.imageId });
    expect(found).toContainEqual({ kind: 'original-without-job', imageId: lost.imageId });
    expect(await all.status(lost)).toBe('awaiting-upload');
  });
});

test('a rendition that a paused worker writes after the deletion of its image is deleted', async () => {
  const all = await harness();
  const image = job();
  const key = renditionKey({ ...image, revision: 'abc', variant: 'thumb', format: 'avif' });
  const write = () => all.cdn.put({ key, body: Buffer.from('x'), contentType: 'image/avif', cacheControl: 'public' });
  await all.deletions.begin(image);
  await all.deletions.finish(image);
  // Listings have times in whole seconds.
  await vi.waitFor(async () => {
    vi.useRealTimers();
    await write();
    skipSettlingTime();
    const { found } = await all.round({ dryRun: true });
    expect(found).toEqual([{ kind: 'rendition-of-deleted-image', imageId: image.imageId }]);
  });
  await all.round();
  expect(await all.cdn.head(key)).toBeUndefined();
});

test('orphaned renditions are deleted, those of a known image never', async () => {
  const all = await harness();
  const longAgo = () => ImageId.parse(uuidv7({ msecs: Date.now() - 30 * 24 * 3600_000 }));
  const [orphan, known, fresh] = [job({ imageId: longAgo() }), job({ imageId: longAgo() }), job()];
  await all.put(known.originalKey);
  await finish(all, known);
  const keyOf = ({ imageId }: RenderImage) =>
    renditionKey({ imageId, revision: 'abc', variant: 'thumb', format: 'avif' });
  for (const image of [orphan, known, fresh]) {
    await all.cdn.put({ key: keyOf(image), body: Buffer.from('x'), contentType: 'image/avif', cacheControl: 'public' });
  }
  expect((await all.round()).found).toEqual([{ kind: 'rendition-without-manifest', imageId: orphan.imageId }]);
  const left = await Promise.all([orphan, known, fresh].map((image) => all.cdn.head(keyOf(image))));
  expect(left.map((facts) => facts !== undefined)).toEqual([false, true, true]);
});

test('renditions of an earlier revision are deleted after the grace period', async () => {
  const all = await harness();
  const image = job();
  await all.put(image.originalKey);
  const keyOf = (revision: string) =>
    renditionKey({ imageId: image.imageId, revision, variant: 'thumb', format: 'avif' });
  for (const revision of ['old', 'new']) {
    await all.cdn.put({
      key: keyOf(revision),
      body: Buffer.from('x'),
      contentType: 'image/avif',
      cacheControl: 'public',
    });
  }
  await finish(all, image, { revision: 'new' });
  expect((await all.round()).found).toEqual([]);
  skipSettlingTime();
  expect((await all.round()).found).toEqual([{ kind: 'superseded-rendition', imageId: image.imageId }]);
  vi.useRealTimers();
  expect(await all.cdn.head(keyOf('old'))).toBeUndefined();
  expect(await all.cdn.head(keyOf('new'))).toBeDefined();
});

test('renditions of an image with a running job are never deleted', async () => {
  const all = await harness();
  const image = job();
  await all.put(image.originalKey);
  await finish(all, image, { revision: 'old' });
  for (const revision of ['old', 'new']) {
    const key = renditionKey({ imageId: image.imageId, revision, variant: 'thumb', format: 'avif' });
    await all.cdn.put({ key, body: Buffer.from('x'), contentType: 'image/avif', cacheControl: 'public' });
  }
  await all.queue.reprocess(image);
  skipSettlingTime();
  expect((await all.round()).found).toEqual([]);
});

test('a missed webhook of a dead letter is queued, once', async () => {
  const all = await harness({ endpoints: ['acme'] });
  const image = job();
  await all.put(image.originalKey);
  await all.queue.add(image, 0);
  await all.work(
    async () => {
      throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'A fault.' });
    },
    async () => (await all.queue.backlog()).failed === 1,
  );
  expect((await all.round()).found).toEqual([{ kind: 'dead-letter-not-told', imageId: image.imageId }]);
  expect((await all.webhooks.list({ cursor: undefined, limit: 10 })).deliveries).toMatchObject([
    { type: 'image.failed' },
  ]);
  expect((await all.round()).found).toEqual([]);
});

test('a dead letter without an original is reported to the operator, unless it can be imported again', async () => {
  const all = await harness();
  const [gone, there, imported] = [job(), job(), job({ importUrl: 'https://shop.example/shoe.jpg' })];
  await all.put(there.originalKey);
  for (const image of [gone, there, imported]) await all.queue.add(image, 0);
  await all.work(
    async () => {
      throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'A fault.' });
    },
    async () => (await all.queue.backlog()).failed === 3,
  );
  const { found, summary } = await all.round();
  expect(found).toEqual([{ kind: 'dead-letter-without-original', imageId: gone.imageId }]);
  expect(summary.repaired).toBe(0);
});

describe('a multipart upload', () => {
  const DAY_MS = 24 * 3600_000;
  const plan = { partSize: 8_388_608, contentLength: 20_000_000 };

  async function begin({ originals }: Harness, key: string): Promise<string> {
    const about = { contentType: 'image/jpeg', cacheControl: 'private', metadata: {} };
    return originals.multipart.create({ key, ...about });
  }
  const left = async ({ originals }: Harness) =>
    (await originals.multipart.list({ prefix: '' })).uploads.map(({ uploadId }) => uploadId).toSorted();

  /** The storage with uploads listed as one day older. A clock set forward would make request signatures invalid. */
  function agedByOneDay({ originals }: Harness, uploadsAPage = 1000): ObjectStorage {
    const { multipart } = originals;
    const list: typeof multipart.list = async (options) => {
      const page = await multipart.list(options);
      const uploads = page.uploads.slice(0, uploadsAPage);
      const nextAfter = page.uploads.length > uploadsAPage ? uploads.at(-1) : page.nextAfter;
      const aged = ({ initiatedAt }: { initiatedAt: Date }) => new Date(initiatedAt.getTime() - DAY_MS - 60_000);
      return { uploads: uploads.map((upload) => ({ ...upload, initiatedAt: aged(upload) })), nextAfter };
    };
    return { ...originals, multipart: { ...multipart, list } };
  }

  test('is aborted after a day if no image waits for it and its key is ours', async () => {
    const all = await harness();
    const [lost, waiting, expired] = [job(), job(), job()];
    const orphan = await begin(all, lost.originalKey);
    const ended = await begin(all, expired.originalKey);
    await all.queue.add({ ...expired, multipart: { ...plan, uploadId: ended } }, 0);
    await all.work(
      async () => ({ outcome: 'expired' }),
      async () => (await all.status(expired)) === 'expired',
    );
    const second = await begin(all, waiting.originalKey);
    const live = await begin(all, waiting.originalKey);
    await all.queue.add({ ...waiting, multipart: { ...plan, uploadId: live } }, 3600_000);
    const foreign = [
      await begin(all, `${prefixes.originals}notes.txt`),
      await begin(all, `backups/${waiting.imageId}`),
    ];
    expect((await all.round()).found).toEqual([]);

    const originals = agedByOneDay(all);
    const found = [lost, waiting, expired].map(({ imageId }) => ({ kind: 'abandoned-parts', imageId }));
    expect((await all.round({ originals, dryRun: true })).found).toEqual(found.toSorted(byImage));
    expect(await left(all)).toEqual([orphan, ended, second, live, ...foreign].toSorted());
    expect((await all.round({ originals })).found).toEqual(found.toSorted(byImage));
    expect(await left(all)).toEqual([live, ...foreign].toSorted());
    expect((await all.round({ originals })).found).toEqual([]);
  });

  test('is found on every page, even after an interruption', async () => {
    const all = await harness();
    const images = Array.from({ length: 3 }, () => job());
    for (const { originalKey } of images) await begin(all, originalKey);
    const originals = agedByOneDay(all, 1);
    const found: unknown[] = [];
    let from: string | undefined;
    do {
      const page = await all.round({ pagesMax: 1, originals, ...(from && { from }) });
      found.push(...page.found);
      from = page.next;
    } while (from !== undefined);
    expect(found).toHaveLength(images.length);
  });
});
