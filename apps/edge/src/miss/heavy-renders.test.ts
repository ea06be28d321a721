import type { DecodeOptions } from '@imagemill/imaging';
import type { RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import { Tenant } from '@imagemill/variants';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createEdgeHarness, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';
import { publishManifest } from '../test-support/publish-manifest.ts';

const LARGE_BYTES = 16 * 1024 * 1024 + 1;

const edge = useEdge();

async function uploaded(change: Partial<RenderImage> = {}): Promise<RenderImage> {
  const image = newImage(change);
  await upload(edge, image);
  return image;
}

/** A process with places for two light renders and a heavy one, whose decodes are held until `gate.end`, as those of heavy images while `gate.isHeavy`. */
async function withHeldDecodes({ env, ...options }: Parameters<typeof createEdgeHarness>[0] = {}) {
  const settings = { ENGINE_PROCESSES: 3, EDGE_TENANT_SHARE_PERCENT: 100, ...env };
  const busy = await createEdgeHarness({ beside: edge, env: settings, ...options });
  onTestFinished(() => busy.close());
  const { miss } = busy.services;
  const gate = { isHeavy: false, isOpen: false, end: Promise.withResolvers<void>(), decodes: [] as DecodeOptions[] };
  const decode: typeof miss.engine.decode = async (file, source, set, options = {}) => {
    gate.decodes.push(options);
    if (gate.isHeavy) options.onHeavy?.();
    if (!gate.isOpen) await gate.end.promise;
    return edge.services.miss.engine.decode(file, source, set, options);
  };
  Object.assign(miss, { engine: { ...miss.engine, decode } });
  const readsOf = ({ originalKey }: RenderImage) => busy.calls.filter((call) => call === `open ${originalKey}`).length;
  return { ...busy, gate, queue: miss.queue, readsOf };
}

const statuses = async (responses: (Response | Promise<Response>)[]) =>
  (await Promise.all(responses)).map(({ status }) => status);

test('heavy pictures do not hold the places of light ones, of the same and of other tenants', async () => {
  const heavy = [await uploaded(), await uploaded({ tenant: Tenant.parse('other') }), await uploaded()];
  const light = await uploaded();
  const { get, gate, queue } = await withHeldDecodes();
  gate.isHeavy = true;
  const waiting = heavy.map((image) => get(pathOf(image)));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 2 }));
  Object.assign(gate, { isHeavy: false, isOpen: true });
  expect((await get(pathOf(light))).status).toBe(200);
  expect(queue.status()).toEqual({ running: 1, waiting: 2 });
  gate.end.resolve();
  expect(await statuses(waiting)).toEqual([200, 200, 200]);
});

test('a picture that had to wait for a heavy place is decoded as a heavy one from the beginning', async () => {
  const images = [await uploaded(), await uploaded()];
  const { get, gate, queue } = await withHeldDecodes();
  gate.isHeavy = true;
  const responses = images.map((image) => get(pathOf(image)));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 1 }));
  gate.end.resolve();
  expect(await statuses(responses)).toEqual([200, 200]);
  expect(gate.decodes.map(({ isHeavy }) => isHeavy)).toEqual([false, false, true]);
});

const withLargeOriginals = (storage: ObjectStorage): ObjectStorage => ({
  ...storage,
  async head(...call) {
    const facts = await storage.head(...call);
    return facts && { ...facts, sizeBytes: LARGE_BYTES };
  },
});

test.each(['finished', 'unfinished'])(
  'large originals of %s images wait for each other, and are decoded as light ones',
  async (state) => {
    const images = [await uploaded(), await uploaded()];
    if (state === 'finished')
      for (const image of images) await publishManifest(edge, image, { originalBytes: LARGE_BYTES });
    const { get, gate, queue, readsOf } = await withHeldDecodes(
      state === 'finished' ? {} : { wrap: withLargeOriginals },
    );
    const responses = images.map((image) => get(pathOf(image)));
    await vi.waitFor(() => expect([queue.status(), gate.decodes.length]).toEqual([{ running: 1, waiting: 1 }, 1]));
    expect(images.map(readsOf).toSorted()).toEqual([0, 1]);
    gate.end.resolve();
    expect(await statuses(responses)).toEqual([200, 200]);
    expect(gate.decodes.map(({ isHeavy }) => isHeavy)).toEqual([false, false]);
  },
);

test('a large original that turns out to be heavy is read once', async () => {
  const images = [await uploaded(), await uploaded()];
  const { get, gate, queue, readsOf } = await withHeldDecodes({ wrap: withLargeOriginals });
  gate.isHeavy = true;
  const responses = images.map((image) => get(pathOf(image)));
  await vi.waitFor(() => expect([queue.status(), gate.decodes.length]).toEqual([{ running: 1, waiting: 1 }, 1]));
  gate.end.resolve();
  expect(await statuses(responses)).toEqual([200, 200]);
  expect(images.map(readsOf)).toEqual([1, 1]);
});

test('a picture that waits for a heavy place is not rendered when its last client has left', async () => {
  const images = [await uploaded(), await uploaded()] as const;
  const { app, get, gate, queue } = await withHeldDecodes();
  gate.isHeavy = true;
  const stays = get(pathOf(images[0]));
  await vi.waitFor(() => expect(gate.decodes).toHaveLength(1));
  const leaving = new AbortController();
  const left = Promise.resolve(app.request(pathOf(images[1]), { signal: leaving.signal }));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 1 }));
  leaving.abort(new Error('left'));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 0 }));
  gate.end.resolve();
  expect((await stays).status).toBe(200);
  expect((await left).status).not.toBe(200);
  expect(gate.decodes).toHaveLength(2);
});

test('renders have as many places as the engine has processes and heavy ones, though the settings ask for more', async () => {
  const images = await Promise.all(Array.from({ length: 5 }, () => uploaded()));
  const { get, gate, queue } = await withHeldDecodes({
    env: { ENGINE_PROCESSES: 8 },
    places: { size: 3, heavyMax: 1 },
  });
  gate.isHeavy = true;
  const heavy = images.slice(0, 2).map((image) => get(pathOf(image)));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 1 }));
  gate.isHeavy = false;
  const light = images.slice(2).map((image) => get(pathOf(image)));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 3, waiting: 2 }));
  gate.end.resolve();
  expect(new Set(await statuses([...heavy, ...light]))).toEqual(new Set([200]));
});
