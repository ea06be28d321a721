import { Tenant } from '@imagemill/variants';
import { expect, test, vi } from 'vitest';
import type { RenderPlace } from './heavy-places.ts';
import { createRenderQueue } from './render-queue.ts';

const [acme, other] = [Tenant.parse('acme'), Tenant.parse('other')];
const never = new AbortController().signal;
const lightRender = { tenant: acme, lane: 'light', signal: never } as const;

/** Work that runs until it is released. */
function held(queue: ReturnType<typeof createRenderQueue>, tenant = acme, signal = never) {
  const end = Promise.withResolvers<void>();
  let started = false;
  const work = async () => {
    started = true;
    await end.promise;
  };
  const done = queue.run({ ...lightRender, tenant, signal, work });
  done.catch(() => {});
  return { done, release: end.resolve, started: () => started };
}

/** The same for an image that turns out to be heavy. */
function heldHeavy(queue: ReturnType<typeof createRenderQueue>, tenant = acme) {
  const end = Promise.withResolvers<void>();
  let [runs, isHeavy] = [0, false];
  const work = async ({ becomeHeavy }: RenderPlace) => {
    runs += 1;
    becomeHeavy();
    isHeavy = true;
    await end.promise;
  };
  const done = queue.run({ ...lightRender, tenant, work });
  done.catch(() => {});
  return { done, release: end.resolve, runs: () => runs, isHeavy: () => isHeavy };
}

test('runs no more than its limit, and the others in order as places become free', async () => {
  const queue = createRenderQueue({ engine: { size: 2, heavyMax: 1 }, waitingMax: 5, tenantShare: 1 });
  const renders = Array.from({ length: 4 }, () => held(queue));
  await vi.waitUntil(() => renders[1]?.started());
  expect(renders.map(({ started }) => started())).toEqual([true, true, false, false]);
  expect(queue.status()).toEqual({ running: 2, waiting: 2 });
  renders[1]?.release();
  await vi.waitUntil(() => renders[2]?.started());
  expect(renders[3]?.started()).toBe(false);
  for (const { release } of renders) release();
  await Promise.all(renders.map(({ done }) => done));
  expect(queue.status()).toEqual({ running: 0, waiting: 0 });
});

test('a full queue refuses at once, with the time of the next try', async () => {
  const queue = createRenderQueue({ engine: { size: 1, heavyMax: 1 }, waitingMax: 1, tenantShare: 1 });
  const renders = [held(queue), held(queue)];
  const refused = held(queue);
  await expect(refused.done).rejects.toMatchObject({
    options: { status: 503, code: 'render-queue-full', headers: { 'retry-after': '2' } },
  });
  expect(refused.started()).toBe(false);
  for (const { release } of renders) release();
  await Promise.all(renders.map(({ done }) => done));
});

test('one tenant takes at most its share, and leaves room for others', async () => {
  const queue = createRenderQueue({ engine: { size: 1, heavyMax: 1 }, waitingMax: 3, tenantShare: 0.5 });
  const mine = [held(queue), held(queue)];
  await expect(held(queue).done).rejects.toMatchObject({ options: { status: 503, code: 'tenant-queue-full' } });
  const theirs = held(queue, other);
  for (const { release } of [...mine, theirs]) release();
  await Promise.all([...mine, theirs].map(({ done }) => done));
  const again = held(queue);
  again.release();
  await again.done;
});

test('renders of a tenant that waits behind a flood of another one start with the next places', async () => {
  const queue = createRenderQueue({ engine: { size: 2, heavyMax: 1 }, waitingMax: 20, tenantShare: 1 });
  const flood = Array.from({ length: 10 }, () => held(queue));
  const theirs = [held(queue, other), held(queue, other)];
  flood[0]?.release();
  await vi.waitUntil(() => theirs[0]?.started());
  theirs[0]?.release();
  await vi.waitUntil(() => theirs[1]?.started());
  expect(flood.filter(({ started }) => started())).toHaveLength(2);
  for (const { release } of [...flood, ...theirs]) release();
  await Promise.all([...flood, ...theirs].map(({ done }) => done));
});

test('a tenant leaves a place to others that had renders lately', async () => {
  const queue = createRenderQueue({ engine: { size: 3, heavyMax: 1 }, waitingMax: 20, tenantShare: 1 });
  await queue.run({ ...lightRender, tenant: other, work: async () => {} });
  const flood = Array.from({ length: 10 }, () => held(queue));
  expect(queue.status()).toEqual({ running: 2, waiting: 8 });
  const theirs = held(queue, other);
  await vi.waitUntil(() => theirs.started());
  for (const { release } of [...flood, theirs]) release();
  await Promise.all([...flood, theirs].map(({ done }) => done));
});

test('a heavy render gives its place back while another heavy one runs, and goes on after it', async () => {
  const queue = createRenderQueue({ engine: { size: 3, heavyMax: 1 }, waitingMax: 20, tenantShare: 1 });
  const [first, second] = [heldHeavy(queue), heldHeavy(queue, other)];
  await vi.waitUntil(() => first.isHeavy() && queue.status().waiting === 1);
  const light = held(queue, other);
  await vi.waitUntil(() => light.started());
  expect(second.isHeavy()).toBe(false);
  first.release();
  await vi.waitUntil(() => second.isHeavy());
  expect(second.runs()).toBe(2);
  for (const { release } of [second, light]) release();
  await Promise.all([first, second, light].map(({ done }) => done));
  expect(queue.status()).toEqual({ running: 0, waiting: 0 });
});

test('a render that is abandoned when it is put back does not wait for a heavy place', async () => {
  const queue = createRenderQueue({ engine: { size: 2, heavyMax: 1 }, waitingMax: 20, tenantShare: 1 });
  const first = heldHeavy(queue);
  await vi.waitUntil(() => first.isHeavy());
  const leaving = new AbortController();
  const work = async ({ becomeHeavy }: RenderPlace) => becomeHeavy();
  const onPutBack = () => leaving.abort(new Error('gone'));
  const ended = queue.run({ ...lightRender, signal: leaving.signal, work, onPutBack });
  await expect(ended).rejects.toThrow('gone');
  expect(queue.status()).toEqual({ running: 1, waiting: 0 });
  first.release();
  await first.done;
});

test('a failed or abandoned render gives its place back', async () => {
  const queue = createRenderQueue({ engine: { size: 1, heavyMax: 1 }, waitingMax: 1, tenantShare: 1 });
  const fail = () => Promise.reject(new Error('failed'));
  await expect(queue.run({ ...lightRender, work: fail })).rejects.toThrow('failed');
  const first = held(queue);
  const leaving = new AbortController();
  const abandoned = held(queue, acme, leaving.signal);
  leaving.abort(new Error('gone'));
  await expect(abandoned.done).rejects.toThrow('gone');
  const next = held(queue);
  first.release();
  next.release();
  await next.done;
  expect(abandoned.started()).toBe(false);
  expect(queue.status()).toEqual({ running: 0, waiting: 0 });
});
