import { AppError } from '@imagemill/errors';
import { createImageRecords } from '@imagemill/images';
import { createManifests, isHeld, judgeHeld } from '@imagemill/manifests';
import type { RenderHandler } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { loadCategories } from '@imagemill/variants';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { answerWith, moderatedSets, startModeration } from '../test-support/moderation-harness.ts';
import { job, makeBucket, run, storage, store } from '../test-support/render-harness.ts';
import { closeWebhooks, newSecret, startReceiver, verified, webhookHarness } from '../test-support/webhook-harness.ts';

beforeAll(makeBucket);
afterEach(closeWebhooks);

const secret = newSecret();
const render: RenderHandler = async (image, { attemptsMade }) => (await run(image, { attemptsMade })).result;
const failing: RenderHandler = async () => {
  throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'A test fault.' });
};
const pastExpiry = (image: RenderImage) => ({
  ...image,
  uploadExpiresAt: new Date(Date.now() - 3600_000).toISOString(),
});

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
  /** The API's response, as a client reads it. */
  const apiResponse = async ({ tenant, imageId }: RenderImage) => {
    const record = await records.find(tenant, imageId);
    return record && JSON.parse(JSON.stringify(hooks.view(record)));
  };
  return { ...receiver, ...hooks, apiResponse };
}

const cases = {
  ready: { handle: render, make: async () => job(), body: undefined },
  rejected: { handle: render, make: async () => job(), body: Buffer.from('no picture') },
  failed: { handle: failing, make: async () => job(), body: undefined },
  expired: { handle: render, make: async () => pastExpiry(job()), body: null },
};

test.each(Object.entries(cases))("an image that is %s sends a webhook with the API's response", async (type, from) => {
  const { queue, received, apiResponse } = await system(from.handle);
  const image = await from.make();
  if (from.body !== null) await store(image, from.body);
  await queue.add(image, 0);
  await vi.waitUntil(() => received.length > 0);
  const [message] = received;
  if (!message) throw new Error('Nothing was received.');
  const event = verified(secret, message);
  expect(event.type).toBe(`image.${type}`);
  expect(message.id).toMatch(new RegExp(`^evt_${image.imageId}_${type}_[0-9a-f]{12}$`));
  await vi.waitUntil(async () => (await apiResponse(image))?.status === type);
  const { sequence, ...data } = event.data;
  expect(data).toEqual(await apiResponse(image));
  expect(data).toMatchObject({ filename: image.filename, metadata: image.metadata });
  expect(sequence).toBeGreaterThan(1_700_000_000_000);
});

test('a rerun of a finished image sends no further webhook', async () => {
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

test('a return to an earlier variant set sends a webhook with the current URLs', async () => {
  const { notifier, received } = await system(render);
  const image = job();
  await store(image);
  const only = (width: number) => ({
    avatar: [{ name: 'only', width, height: width, fit: 'cover', format: 'webp', quality: 80 }],
  });
  const sent: unknown[] = [];
  for (const ownSets of [only(8), only(16), only(8)]) {
    await (await run(image, { ownSets })).result;
    await notifier.finished(image);
    await vi.waitUntil(() => received.length === sent.length + 1);
    const message = received.at(-1);
    if (message) sent.push(verified(secret, message).data.renditions);
  }
  expect(sent[1]).not.toEqual(sent[0]);
  expect(sent[2]).toEqual(sent[0]);
});

test('a crash between the commit and the event does not lose the event', async () => {
  let runs = 0;
  const { queue, received, deliveries } = await system(async (image, context) => {
    const result = await render(image, context);
    runs += 1;
    if (runs === 1) throw new Error('The process crashed.');
    return result;
  });
  const image = job();
  await store(image);
  await queue.add(image, 0);
  await vi.waitUntil(() => received.length > 0);
  expect(runs).toBe(2);
  expect((await deliveries()).map(({ type }) => type)).toEqual(['image.ready']);
});

test('a webhook that cannot be queued is retried without using an attempt', async () => {
  const receiver = await startReceiver();
  const hooks = await webhookHarness({ acme: receiver.url }, { secrets: [secret] });
  const attempts: unknown[] = [];
  let isDown = true;
  const notifier = {
    ...hooks.notifier,
    async finished(image: RenderImage) {
      if (isDown) {
        isDown = false;
        throw new AppError({ code: 'test-fault', retryable: true, publicMessage: 'A test fault.' });
      }
      await hooks.notifier.finished(image);
    },
  };
  hooks.startDeliveries();
  const handle: RenderHandler = async (image, context) => {
    attempts.push(context.attemptsMade);
    return render(image, context);
  };
  hooks.startRenders(handle, { notifier });
  const image = job();
  await store(image);
  await hooks.queue.add(image, 0);
  await vi.waitUntil(() => receiver.received.length === 1);
  expect(attempts).toEqual([0, 0]);
});

test('a dead letter sends one webhook per failure, and another one after a failed redrive', async () => {
  const { queue, notifier, received, deliveries } = await system(failing);
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

test('a job whose workers crashed too often sends image.failed', async () => {
  const receiver = await startReceiver();
  const hooks = await webhookHarness({ acme: receiver.url }, { secrets: [secret] });
  const image = job();
  await hooks.queue.add(image, 0);
  await hooks.crashWorkerWith(image.imageId);
  hooks.startDeliveries();
  hooks.startRenders(render, { lockDurationMs: 400 });
  await vi.waitUntil(() => receiver.received.length === 1);
  expect((await hooks.deliveries()).map(({ type }) => type)).toEqual(['image.failed']);
  expect((await hooks.queue.deadLetters.list({ cursor: 0, limit: 9 })).deadLetters[0]?.code).toBe('crashed-worker');
});

test('no webhook is queued for a tenant without an endpoint, or for an image without a dead letter', async () => {
  const { notifier, raw } = await system(render);
  const image = job({ tenant: 'other' as RenderImage['tenant'] });
  await notifier.finished(image);
  await notifier.expired(image, 1);
  await notifier.deadLetter(image.imageId);
  expect(await raw.getJobCountByTypes()).toBe(0);
});

test('the webhook of a private image has signed URLs, with their expiry', async () => {
  const variants = [{ name: 'tiny', width: 8, height: 8, fit: 'cover', format: 'webp', quality: 60 }];
  const ownSets = { avatar: { visibility: 'signed', variants } };
  const { url, received } = await startReceiver();
  const signingKeys = `k1:acme:${'ab'.repeat(32)}`;
  const { queue, startDeliveries, startRenders } = await webhookHarness(
    { acme: url },
    { secrets: [secret], ownSets, signingKeys },
  );
  startDeliveries();
  startRenders(async (image) => (await run(image, { ownSets })).result);
  const image = job();
  await store(image);
  await queue.add(image, 0);
  await vi.waitUntil(() => received.length > 0);
  const [message] = received;
  const { data } = verified(secret, message as NonNullable<typeof message>);
  expect(data.renditions).toEqual([
    expect.objectContaining({
      url: expect.stringMatching(/^http:\/\/cdn\.test\/private\/.*\/tiny\.webp\?exp=\d{10}&kid=k1&s=[\w-]{43}$/),
      expiresAt: expect.any(String),
    }),
  ]);
});

test.each(['allow', 'reject'] as const)(
  'a held image sends image.held, and its end after the judgement %s',
  async (verdict) => {
    const [ownSets, { url, received }] = [moderatedSets(), await startReceiver()];
    const { moderator } = await startModeration({
      answer: (response, asked) => answerWith(response, asked, { verdict: 'hold' }),
    });
    const hooks = await webhookHarness({ acme: url }, { secrets: [secret], ownSets });
    hooks.startDeliveries();
    hooks.startRenders(async (image) => (await run(image, { ownSets, moderator })).result);
    const image = job({}, 'shots');
    await store(image);
    await hooks.queue.add(image, 0);
    await vi.waitUntil(() => received.length === 1);
    const manifests = createManifests(storage);
    const stored = await manifests.read(image.imageId);
    if (!isHeld(stored)) throw new Error('It is not held.');
    await judgeHeld(manifests, stored, { verdict, by: 'operator' });
    await hooks.queue.reprocess(image);
    await vi.waitUntil(() => received.length === 2);
    const [held, end] = received.map((message) => verified(secret, message));
    expect(held).toMatchObject({ type: 'image.held', data: { status: 'held', error: { code: 'moderation-held' } } });
    expect(end?.type).toBe(verdict === 'allow' ? 'image.ready' : 'image.rejected');
    expect(Number(end?.data.sequence)).toBeGreaterThan(Number(held?.data.sequence));
  },
);
