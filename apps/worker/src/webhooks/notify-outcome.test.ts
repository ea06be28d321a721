import { AppError } from '@imagemill/errors';
import { createImageRecords } from '@imagemill/images';
import { createManifests } from '@imagemill/manifests';
import type { RenderHandler, RenderImage } from '@imagemill/queue';
import { loadCategories } from '@imagemill/variants';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { job, makeBucket, run, storage, store } from '../test-support/render-harness.ts';
import { closeWebhooks, newSecret, startReceiver, verified, webhookHarness } from '../test-support/webhook-harness.ts';

beforeAll(makeBucket);
afterEach(closeWebhooks);

const secret = newSecret();
const render: RenderHandler = async (image, { attemptsMade }) => (await run(image, { attemptsMade })).result;
const hopeless: RenderHandler = async () => {
  throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'It is hopeless.' });
};
const isOver = (image: RenderImage) => ({ ...image, uploadExpiresAt: new Date(Date.now() - 3600_000).toISOString() });

async function system(handle: RenderHandler) {
  const receiver = await startReceiver();
  const hooks = await webhookHarness({ acme: receiver.url }, { secrets: [secret] });
  hooks.startDeliveries();
  hooks.startRenders(handle);
  const records = createImageRecords({
    queue: hooks.queue,
    manifests: createManifests(storage),
    originals: storage,
    categories: await loadCategories(),
  });
  /** What the API answers, as a client reads it. */
  const answer = async ({ tenant, imageId }: RenderImage) => {
    const record = await records.find(tenant, imageId);
    return record && JSON.parse(JSON.stringify(hooks.view(record)));
  };
  return { ...receiver, ...hooks, answer };
}

const cases = {
  ready: { handle: render, make: async () => job(), body: undefined },
  rejected: { handle: render, make: async () => job(), body: Buffer.from('no picture') },
  failed: { handle: hopeless, make: async () => job(), body: undefined },
  expired: { handle: render, make: async () => isOver(job()), body: null },
};

test.each(Object.entries(cases))('an image that is %s is told of, with what the API answers', async (type, from) => {
  const { queue, received, answer } = await system(from.handle);
  const image = await from.make();
  if (from.body !== null) await store(image, from.body);
  await queue.add(image, 0);
  await vi.waitUntil(() => received.length > 0, { timeout: 20_000 });
  const [message] = received;
  if (!message) throw new Error('Nothing was received.');
  const event = verified(secret, message);
  expect(event.type).toBe(`image.${type}`);
  expect(message.id).toMatch(new RegExp(`^evt_${image.imageId}_${type}_[0-9a-f]{12}$`));
  await vi.waitUntil(async () => (await answer(image))?.status === type);
  const { sequence, ...data } = event.data;
  expect(data).toEqual(await answer(image));
  expect(data).toMatchObject({ filename: image.filename, metadata: image.metadata });
  expect(sequence).toBeGreaterThan(1_700_000_000_000);
});

test('a rerun of a finished image tells nothing new', async () => {
  const { notifier, deliveries, received } = await system(render);
  const image = job();
  await store(image);
  await (await run(image)).result;
  await notifier.finished(image);
  await vi.waitUntil(() => received.length === 1);
  const [before] = await deliveries();
  await Promise.all([notifier.finished(image), notifier.finished(image)]);
  await vi.waitUntil(async () => (await deliveries())[0]?.status === 'delivered');
  expect((await deliveries()).map(({ id, sequence }) => ({ id, sequence }))).toEqual([
    { id: before?.id, sequence: before?.sequence },
  ]);
  expect(received).toHaveLength(1);
});

test('an image that goes back to an earlier variant set is told of again, with the URLs that are good now', async () => {
  const { notifier, received } = await system(render);
  const image = job();
  await store(image);
  const only = (width: number) => ({
    avatar: [{ name: 'only', width, height: width, fit: 'cover', format: 'webp', quality: 80 }],
  });
  const told: unknown[] = [];
  for (const ownSets of [only(32), only(64), only(32)]) {
    await (await run(image, { ownSets })).result;
    await notifier.finished(image);
    await vi.waitUntil(() => received.length === told.length + 1);
    const message = received.at(-1);
    if (message) told.push(verified(secret, message).data.renditions);
  }
  expect(told[1]).not.toEqual(told[0]);
  expect(told[2]).toEqual(told[0]);
});

test('a crash between the commit and the event does not lose the event', async () => {
  let runs = 0;
  const { queue, received, deliveries } = await system(async (image, context) => {
    const result = await render(image, context);
    runs += 1;
    if (runs === 1) throw new Error('The process is gone.');
    return result;
  });
  const image = job();
  await store(image);
  await queue.add(image, 0);
  await vi.waitUntil(() => received.length > 0, { timeout: 25_000 });
  expect(runs).toBe(2);
  expect((await deliveries()).map(({ type }) => type)).toEqual(['image.ready']);
});

test('an end that can not be told of just now costs no attempt, and is told of later', async () => {
  const receiver = await startReceiver();
  const hooks = await webhookHarness({ acme: receiver.url }, { secrets: [secret] });
  const attempts: unknown[] = [];
  let isAway = true;
  const tell = {
    ...hooks.notifier,
    async finished(image: RenderImage) {
      if (isAway) {
        isAway = false;
        throw new AppError({ code: 'test-fault', retryable: true, publicMessage: 'Come again.' });
      }
      await hooks.notifier.finished(image);
    },
  };
  hooks.startDeliveries();
  const handle: RenderHandler = async (image, context) => {
    attempts.push(context.attemptsMade);
    return render(image, context);
  };
  hooks.startRenders(handle, { tell });
  const image = job();
  await store(image);
  await hooks.queue.add(image, 0);
  await vi.waitUntil(() => receiver.received.length === 1);
  expect(attempts).toEqual([0, 0]);
});

test('a dead letter is told of once an end, by whomever, and again after a redrive that fails', async () => {
  const { queue, notifier, received, deliveries } = await system(hopeless);
  const image = job();
  await queue.add(image, 0);
  await vi.waitUntil(() => received.length === 1);
  await Promise.all([notifier.deadLetter(image.imageId), notifier.deadLetter(image.imageId)]);
  expect(await deliveries()).toHaveLength(1);
  await queue.deadLetters.redrive(image.imageId);
  await vi.waitUntil(() => received.length === 2);
  const [second, first] = await deliveries();
  expect(second?.sequence).toBeGreaterThan(first?.sequence ?? Number.POSITIVE_INFINITY);
  expect(second?.id).not.toBe(first?.id);
});

test('a job whose workers vanished too often is told of as failed', async () => {
  const receiver = await startReceiver();
  const hooks = await webhookHarness({ acme: receiver.url }, { secrets: [secret] });
  const image = job();
  await hooks.queue.add(image, 0);
  await hooks.vanishWith(image.imageId);
  hooks.startDeliveries();
  hooks.startRenders(render, { lockDurationMs: 400 });
  await vi.waitUntil(() => receiver.received.length === 1, { timeout: 20_000 });
  expect((await hooks.deliveries()).map(({ type }) => type)).toEqual(['image.failed']);
  expect((await hooks.queue.deadLetters.list({ cursor: 0, limit: 9 })).deadLetters[0]?.code).toBe('crashed-worker');
});

test('a tenant without an endpoint is told nothing, and neither is an image without a dead letter', async () => {
  const { notifier, raw } = await system(render);
  const image = job({ tenant: 'other' as RenderImage['tenant'] });
  await notifier.finished(image);
  await notifier.expired(image, 1);
  await notifier.deadLetter(image.imageId);
  expect(await raw.getJobCountByTypes()).toBe(0);
});
