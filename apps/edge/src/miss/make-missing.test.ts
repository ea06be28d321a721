import { type ObjectStorage, storageUnavailable } from '@imagemill/storage';
import { Tenant } from '@imagemill/variants';
import { expect, onTestFinished, test, vi } from 'vitest';
import { bytesOf } from '../test-support/bytes-of.ts';
import { createEdgeHarness, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest } from '../test-support/publish-manifest.ts';

const edge = useEdge();

/** A second process on the same bucket and queue. */
async function second(options: Parameters<typeof createEdgeHarness>[0] = {}) {
  const other = await createEdgeHarness({ beside: edge, ...options });
  onTestFinished(() => other.close());
  return other;
}

/** Runs `meanwhile` before or after the first PUT of a rendition. */
const atPut =
  (when: 'before' | 'after', meanwhile: () => Promise<unknown>) =>
  (storage: ObjectStorage): ObjectStorage => ({
    ...storage,
    async put(object, options) {
      if (when === 'before') await meanwhile();
      const outcome = await storage.put(object, options);
      if (when === 'after') await meanwhile();
      return outcome;
    },
  });

test('many requests in two processes are one render', async () => {
  const other = await second();
  const image = newImage();
  await upload(edge, image);
  const responses = await Promise.all(
    [edge, other].flatMap(({ get }) => Array.from({ length: 30 }, () => get(pathOf(image)))),
  );
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  const bodies = await Promise.all(responses.map(bytesOf));
  expect(new Set(bodies.map((body) => Buffer.from(body).toString('base64'))).size).toBe(1);
  const reads = [...edge.calls, ...other.calls].filter((call) => call === `open ${image.originalKey}`);
  expect(reads).toHaveLength(1);
});

test('a process that learns too late that another one has stored the picture does not render it again', async () => {
  const image = newImage();
  await upload(edge, image);
  const key = pathOf(image).slice(1);
  const lock = await edge.services.miss.lock.enter(key, AbortSignal.timeout(60_000));
  const other = await second();
  const { miss } = other.services;
  const entering = Promise.withResolvers<void>();
  const enter: typeof miss.lock.enter = (...call) => {
    const entered = miss.lock.enter(...call);
    entering.resolve();
    return entered;
  };
  Object.assign(other.services, { miss: { ...miss, lock: { ...miss.lock, enter } } });
  const waiting = other.get(pathOf(image));
  await entering.promise;
  // After its first command for the lock, on the same connection.
  await other.connection.ping();
  const body = Buffer.from('made on another machine');
  await edge.storage.put({ key, body, contentType: 'image/webp', cacheControl: 'public', ifAbsent: true });
  // As after a time in which the lock was free again.
  await lock.leave(false);
  expect(await (await waiting).text()).toBe('made on another machine');
  expect(other.calls).not.toContain(`open ${image.originalKey}`);
});

test('a process that looked for a picture before another one stored it, and locks it afterwards, does not render it again', async () => {
  const image = newImage();
  await upload(edge, image);
  const other = await second();
  const { miss } = other.services;
  const enter: typeof miss.lock.enter = async (...call) => {
    await edge.get(pathOf(image));
    return miss.lock.enter(...call);
  };
  Object.assign(other.services, { miss: { ...miss, lock: { ...miss.lock, enter } } });
  const response = await other.get(pathOf(image));
  expect(response.headers.get('cache-status')).toBe('imagemill; fwd=miss; detail=stored-by-another');
  expect(other.calls).not.toContain(`open ${image.originalKey}`);
});

test('a process that publishes second serves the bytes of the first', async () => {
  const image = newImage();
  await upload(edge, image);
  const body = Buffer.from('made on another machine');
  const first = () =>
    edge.storage.put({
      key: pathOf(image).slice(1),
      body,
      contentType: 'image/webp',
      cacheControl: 'public',
      ifAbsent: true,
    });
  const other = await second({ wrap: atPut('before', first) });
  const response = await other.get(pathOf(image));
  expect(await response.text()).toBe('made on another machine');
  expect(response.headers.get('cache-status')).toBe('imagemill; fwd=miss; detail=stored-by-another');
});

test.each(['before', 'after'] as const)('an image deleted %s the put of its rendition leaves nothing', async (when) => {
  const image = newImage();
  await upload(edge, image);
  const other = await second({ wrap: atPut(when, () => edge.deletions.begin(image)) });
  expect((await other.get(pathOf(image))).status).toBe(410);
  expect(await edge.storage.head(pathOf(image).slice(1))).toBeUndefined();
  expect((await other.get(pathOf(image))).status).toBe(410);
});

test('a rendition that was deleted from the bucket right after its render is rendered again', async () => {
  const image = newImage();
  await upload(edge, image);
  const [first, other] = [await edge.get(pathOf(image)), await second()];
  await edge.storage.delete(pathOf(image).slice(1));
  const again = await other.get(pathOf(image));
  expect([again.status, again.headers.get('cache-status')]).toEqual([200, 'imagemill; fwd=miss; stored']);
  expect(await bytesOf(again)).toEqual(await bytesOf(first));
});

test('a deleted image is gone for all its pictures at once, though it was found a moment ago', async () => {
  const image = newImage();
  await upload(edge, image);
  expect((await edge.get(pathOf(image))).status).toBe(200);
  await edge.deletions.begin(image);
  await edge.storage.delete(image.originalKey);
  expect((await edge.get(pathOf(image, 'small.avif'))).status).toBe(410);
  const before = edge.calls.length;
  expect((await edge.get(pathOf(image, 'medium.webp'))).status).toBe(410);
  expect(edge.calls.slice(before)).toEqual([`open ${pathOf(image, 'medium.webp').slice(1)}`]);
});

test('the original of a finished image is read in one request, and one over the limit is not downloaded', async () => {
  const image = newImage();
  await upload(edge, image);
  await publishManifest(edge, image);
  const strict = await second({ env: { MAX_UPLOAD_BYTES: 10 } });
  const refused = await strict.get(pathOf(image));
  expect([refused.status, (await refused.json()).code]).toEqual([404, 'not-renderable']);
  expect((await edge.get(pathOf(image))).status).toBe(200);
  expect(edge.calls.filter((call) => call.endsWith(image.originalKey))).toEqual([`open ${image.originalKey}`]);
});

test('a storage that refuses writes is a 503, and the next request succeeds', async () => {
  const image = newImage();
  await upload(edge, image);
  let isAway = true;
  const fail = async () => {
    if (isAway) throw storageUnavailable(new Error('away'));
  };
  const other = await second({ wrap: atPut('before', fail) });
  const failed = await other.get(pathOf(image));
  expect(failed.status).toBe(503);
  expect(failed.headers.get('cache-control')).toBe('no-store');
  isAway = false;
  expect((await other.get(pathOf(image))).status).toBe(200);
});

test('without Redis, images in progress are unavailable, and stored pictures are served', async () => {
  const image = newImage();
  await upload(edge, image);
  const without = await second({ redisUrl: 'redis://127.0.0.1:1' });
  const failed = await without.get(pathOf(image));
  expect([failed.status, failed.headers.get('retry-after'), failed.headers.get('cache-control')]).toEqual([
    ...[503, '5', 'no-store'],
  ]);
  await edge.get(pathOf(image));
  expect((await without.get(pathOf(image))).status).toBe(200);
});

test('stored pictures are served while the queue is full, and further misses are refused without work', async () => {
  const images = [newImage(), newImage(), newImage(), newImage()];
  for (const image of images) await upload(edge, image);
  const [stored = newImage(), ...missing] = images;
  await edge.get(pathOf(stored));
  const end = Promise.withResolvers<void>();
  const env = { ENGINE_PROCESSES: 1, EDGE_QUEUE_MAX: 1, EDGE_TENANT_SHARE_PERCENT: 100 };
  const busy = await second({ env, wrap: atPut('before', () => end.promise) });
  const { queue } = busy.services.miss;
  const [running, waiting] = missing.slice(0, 2).map((image) => busy.get(pathOf(image)));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 1 }));
  const refused = missing[2] ?? newImage();
  busy.calls.length = 0;
  const response = await busy.get(pathOf(refused));
  expect([response.status, (await response.json()).code]).toEqual([503, 'render-queue-full']);
  expect(busy.calls).not.toContain(`open ${refused.originalKey}`);
  expect((await busy.get(pathOf(stored))).status).toBe(200);
  end.resolve();
  expect([(await running)?.status, (await waiting)?.status]).toEqual([200, 200]);
});

test('the misses of one tenant leave room for those of another', async () => {
  const theirs = newImage({ tenant: Tenant.parse('other') });
  const [one, two, three] = [newImage(), newImage(), newImage()];
  for (const image of [one, two, three, theirs]) await upload(edge, image);
  const end = Promise.withResolvers<void>();
  const env = { ENGINE_PROCESSES: 1, EDGE_QUEUE_MAX: 3, EDGE_TENANT_SHARE_PERCENT: 50 };
  const busy = await second({ env, wrap: atPut('before', () => end.promise) });
  const { queue } = busy.services.miss;
  const mine = [one, two].map((image) => busy.get(pathOf(image)));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 1 }));
  const refused = await busy.get(pathOf(three));
  expect([refused.status, (await refused.json()).code]).toEqual([503, 'tenant-queue-full']);
  expect(refused.headers.get('retry-after')).toBe('2');
  const admitted = busy.get(pathOf(theirs));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 2 }));
  end.resolve();
  const responses = await Promise.all([...mine, admitted]);
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('a request ends at its time limit, and says when to retry', async () => {
  const image = newImage();
  await upload(edge, image);
  const hang = atPut('before', () => new Promise(() => {}));
  const slow = await second({ env: { EDGE_REQUEST_TIMEOUT_MS: 300 }, wrap: hang });
  const response = await slow.get(pathOf(image));
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
});

test('a picture whose render did not end in time is not rendered again for ten times as long', async () => {
  const image = newImage();
  await upload(edge, image);
  const slow = await second({ env: { EDGE_REQUEST_TIMEOUT_MS: 1_000 } });
  let decodes = 0;
  const { miss } = slow.services;
  const decode: typeof miss.engine.decode = (_file, _source, _set, { signal } = {}) => {
    decodes += 1;
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  };
  Object.assign(miss, { engine: { ...miss.engine, decode } });
  expect((await slow.get(pathOf(image))).status).toBe(503);
  const refused = await slow.get(pathOf(image));
  expect([refused.status, (await refused.json()).code, decodes]).toEqual([503, 'request-timeout', 1]);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(2);
  expect((await edge.get(pathOf(image))).status).toBe(200);
});
