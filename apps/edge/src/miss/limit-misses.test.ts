import { Tenant } from '@imagemill/variants';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createEdgeHarness, newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';
import { createMissLimit } from './limit-misses.ts';

const [acme, other] = [Tenant.parse('acme'), Tenant.parse('other')];
const never = new AbortController().signal;
const edge = useEdge();

test('refuses further misses at once, and admits some again when another has ended or failed', async () => {
  const limit = createMissLimit(2, 1);
  const [one, two] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const running = [limit(acme, () => one.promise), limit(other, () => two.promise)];
  await expect(limit(acme, async () => 'three')).rejects.toMatchObject({ options: { code: 'render-queue-full' } });
  one.reject(new Error('failed'));
  await expect(running[0]).rejects.toThrow('failed');
  expect(await limit(other, async () => 'three')).toBe('three');
  two.resolve('two');
  expect(await running[1]).toBe('two');
});

test('misses of one tenant that wait for other processes leave room for those of another', async () => {
  const waiting = Array.from({ length: 5 }, () => newImage());
  const [refused, theirs] = [newImage(), newImage({ tenant: other })];
  for (const image of [...waiting, refused, theirs]) await upload(edge, image);
  const { lock } = edge.services.miss;
  const locks = await Promise.all(waiting.map((image) => lock.enter(pathOf(image).slice(1), never)));
  const busy = await createEdgeHarness({ beside: edge, env: { EDGE_QUEUE_MAX: 1, EDGE_TENANT_SHARE_PERCENT: 1 } });
  onTestFinished(() => busy.close());
  const { miss } = busy.services;
  const enter = vi.fn(miss.lock.enter);
  Object.assign(busy.services, { miss: { ...miss, lock: { ...miss.lock, enter } } });
  const leaving = new AbortController();
  const left = waiting.map((image) => busy.app.request(pathOf(image), { signal: leaving.signal }));
  await vi.waitFor(() => expect(enter).toHaveBeenCalledTimes(5));
  const response = await busy.get(pathOf(refused));
  expect([response.status, (await response.json()).code]).toEqual([503, 'tenant-queue-full']);
  expect((await busy.get(pathOf(theirs))).status).toBe(200);
  leaving.abort(new Error('left'));
  await Promise.all(left);
  for (const held of locks) await held.leave(false);
});
