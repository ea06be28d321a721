import type { DecodeOptions } from '@imagemill/imaging';
import type { RenderImage } from '@imagemill/records';
import { Tenant } from '@imagemill/variants';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createEdgeHarness, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';

const edge = useEdge();

async function uploaded(change: Partial<RenderImage> = {}): Promise<RenderImage> {
  const image = newImage(change);
  await upload(edge, image);
  return image;
}

/** A process with places for two light renders and a heavy one, whose decodes can be held as those of heavy images. */
async function withHeldDecodes() {
  const process = await createEdgeHarness({
    beside: edge,
    env: { ENGINE_PROCESSES: 3, EDGE_TENANT_SHARE_PERCENT: 100 },
  });
  onTestFinished(() => process.close());
  const { miss } = process.services;
  const gate = { isHeavy: true, end: Promise.withResolvers<void>(), decodes: [] as DecodeOptions[] };
  const decode: typeof miss.engine.decode = async (file, source, set, options = {}) => {
    gate.decodes.push(options);
    if (gate.isHeavy) {
      options.onHeavy?.();
      await gate.end.promise;
    }
    return edge.services.miss.engine.decode(file, source, set, options);
  };
  Object.assign(miss, { engine: { ...miss.engine, decode } });
  return { ...process, gate, queue: miss.queue };
}

const statuses = async (responses: (Response | Promise<Response>)[]) =>
  (await Promise.all(responses)).map(({ status }) => status);

test('heavy pictures do not hold the places of light ones, of the same and of other tenants', async () => {
  const heavy = [await uploaded(), await uploaded({ tenant: Tenant.parse('other') }), await uploaded()];
  const light = await uploaded();
  const { get, gate, queue } = await withHeldDecodes();
  const waiting = heavy.map((image) => get(pathOf(image)));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 2 }));
  gate.isHeavy = false;
  expect((await get(pathOf(light))).status).toBe(200);
  expect(queue.status()).toEqual({ running: 1, waiting: 2 });
  gate.end.resolve();
  expect(await statuses(waiting)).toEqual([200, 200, 200]);
});

test('a picture that had to wait for a heavy place is decoded as a heavy one from the beginning', async () => {
  const images = [await uploaded(), await uploaded()];
  const { get, gate, queue } = await withHeldDecodes();
  const responses = images.map((image) => get(pathOf(image)));
  await vi.waitFor(() => expect(queue.status()).toEqual({ running: 1, waiting: 1 }));
  gate.end.resolve();
  expect(await statuses(responses)).toEqual([200, 200]);
  expect(gate.decodes.map(({ isHeavy }) => isHeavy)).toEqual([false, false, true]);
});
