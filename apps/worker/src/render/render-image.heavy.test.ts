import { randomUUID } from 'node:crypto';
import {
  createConsumerConnection,
  createProducerConnection,
  createRenderQueue,
  createRenderWorker,
} from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { loadCategories } from '@imagemill/variants';
import { Queue } from 'bullmq';
import { beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createHeavySlots } from '../slots/heavy-slots.ts';
import { engine, job, makeBucket, renderHandler, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

const { redisUrl } = inject('servers');
/** One pixel, and one rendition: they cost next to nothing. */
const tiny = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const heavy = Buffer.concat([tiny, Buffer.of(0)]);
const variant = { name: 'only', width: 8, height: 8, fit: 'inside', format: 'webp', quality: 80 };

/** A worker of four slots whose engine holds heavy images until `release`. */
async function harness({ isPredicted = true, beforeOpen = async (_bytes: number) => {} } = {}) {
  const prefix = `heavy-${randomUUID().slice(0, 8)}`;
  const [producer, consumer] = [createProducerConnection(redisUrl), createConsumerConnection(redisUrl)];
  await vi.waitUntil(() => producer.status === 'ready');
  const released = Promise.withResolvers<void>();
  const reads = new Map<string, number>();
  const decoding = { now: 0, most: 0, begunAsHeavy: 0 };
  const handle = renderHandler({
    categories: await loadCategories({ avatar: [variant] }),
    heavySlots: createHeavySlots({ slotsMax: 2, typicalMs: 50 }),
    originals: {
      ...storage,
      async open(key, options) {
        reads.set(key, (reads.get(key) ?? 0) + 1);
        await beforeOpen((await storage.head(key))?.sizeBytes ?? 0);
        return storage.open(key, options);
      },
    },
    laneOf: (bytes) => (isPredicted && bytes.byteLength === heavy.byteLength ? 'heavy' : 'light'),
    engine: {
      ...engine,
      async decode(bytes, ...rest) {
        if (bytes.byteLength !== heavy.byteLength) return engine.decode(bytes, ...rest);
        // As a pool does for an image that needs more memory than predicted.
        if (!isPredicted) rest[2]?.onHeavy?.();
        if (rest[2]?.isHeavy) decoding.begunAsHeavy += 1;
        decoding.now += 1;
        decoding.most = Math.max(decoding.most, decoding.now);
        await released.promise;
        decoding.now -= 1;
        return engine.decode(bytes, ...rest);
      },
    },
  });
  const worker = createRenderWorker({ connection: consumer, prefix, concurrency: 4, handle, onError: () => {} });
  const queue = createRenderQueue({ connection: producer, prefix });
  const raw = new Queue('render', { connection: producer, prefix });
  onTestFinished(async () => {
    released.resolve();
    await worker.close(5_000);
    await raw.obliterate({ force: true });
    producer.disconnect();
    consumer.disconnect();
  });
  async function upload(bytes: Buffer, count: number): Promise<RenderImage[]> {
    const images = Array.from({ length: count }, () => job());
    for (const image of images) {
      await store(image, bytes);
      await raw.add('render-image', image, { jobId: image.imageId, attempts: 1 });
    }
    return images;
  }
  const states = (images: readonly RenderImage[]) =>
    Promise.all(
      images.map(async ({ imageId }) => {
        const found = await queue.find(imageId);
        return `${found?.status}, ${found?.attempts}`;
      }),
    );
  return { upload, states, raw, decoding, release: released.resolve, reads };
}

test.each([
  ['predicted as heavy', true],
  ['found heavy while they are rendered', false],
])(
  'images that are %s hold at most half of the slots, and the others go on without them',
  async (_how, isPredicted) => {
    const { upload, states, raw, decoding, release, reads } = await harness({ isPredicted });
    const heavyImages = await upload(heavy, 6);
    await vi.waitUntil(() => decoding.now === 2);
    const lightImages = await upload(tiny, 4);
    await vi.waitUntil(async () => (await states(lightImages)).every((state) => state === 'ready, 1'));
    await vi.waitUntil(async () => (await raw.getDelayedCount()) > 0);
    expect(decoding).toMatchObject({ now: 2, most: 2 });
    release();
    await vi.waitUntil(async () => (await states(heavyImages)).every((state) => state === 'ready, 1'));
    expect(decoding.most).toBe(2);
    // The first two were only found heavy while they were decoded.
    expect(decoding.begunAsHeavy).toBe(isPredicted ? 6 : 4);
    // Once to find that it is heavy, and once to render it, however often it had to wait.
    for (const { originalKey } of heavyImages) expect(reads.get(originalKey)).toBeLessThanOrEqual(2);
  },
);

test('a large original waits outside of its slot while another one is read', async () => {
  const large = Buffer.concat([tiny, Buffer.alloc(17 * 1024 * 1024)]);
  const reading = Promise.withResolvers<void>();
  let reads = 0;
  const { upload, states, raw } = await harness({
    async beforeOpen(bytes) {
      if (bytes < large.byteLength) return;
      reads += 1;
      await reading.promise;
    },
  });
  const images = await upload(large, 2);
  await vi.waitUntil(async () => reads === 1 && (await raw.getDelayedCount()) === 1);
  const others = await upload(tiny, 4);
  await vi.waitUntil(async () => (await states(others)).every((state) => state === 'ready, 1'));
  expect(reads).toBe(1);
  reading.resolve();
  await vi.waitUntil(async () => (await states(images)).every((state) => state === 'ready, 1'));
});
