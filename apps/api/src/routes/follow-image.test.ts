import { AppError } from '@imagemill/errors';
import { createNotifier } from '@imagemill/images';
import type { RenderHandler } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { EventSource } from 'eventsource';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  bodyOf,
  createLiveHarness,
  type LiveHarness,
  made,
  madeNames,
  renditionsOf,
} from '../test-support/live-harness.ts';

let api: LiveHarness;
beforeAll(async () => {
  api = await createLiveHarness();
});
afterAll(() => api.close());

test('sends the status, each rendition as it goes live, and the end, then closes', async () => {
  const { imageId } = await api.ticket();
  const stream = await api.follow(imageId);
  // States that follow each other quickly are sent as one: each is awaited.
  await stream.until('status');
  await api.queue.reportUpload(imageId);
  await stream.until('status', 2);
  const worker = await api.render(imageId);
  await worker.live(0);
  await stream.until('status', 3);
  for (let count = 1; count <= made.length; count += 1) {
    await worker.live(count);
    await stream.until('rendition', count);
  }
  await worker.end();

  expect(await stream.ended).toBe('ended');
  const statuses = stream.events.filter(({ event }) => event === 'status').map((event) => bodyOf(event).status);
  expect(statuses).toEqual(['awaiting-upload', 'queued', 'processing']);
  expect(renditionsOf(stream.events)).toEqual(madeNames);
  const { event, data } = stream.events.at(-1) ?? { event: '', data: '{}' };
  expect(event).toBe('ready');
  expect(JSON.parse(data)).toEqual((await api.call('GET', `/v1/images/${imageId}`)).body);
});

test('sends the status of a held image, and goes on to its end after an operator has judged it', async () => {
  const { imageId } = await api.ticket();
  const stream = await api.follow(imageId);
  await (await api.render(imageId)).end(api.hold);
  const statuses = () => stream.events.filter(({ event }) => event === 'status').map((event) => bodyOf(event).status);
  await vi.waitUntil(() => statuses().at(-1) === 'held');
  const reject = `/v1/images/${imageId}/reject`;
  await api.call('POST', reject, {}, api.keys.moderator);
  await (await api.render(imageId)).end(async () => ({
    outcome: 'rejected',
    error: { code: 'moderation-rejected', message: 'No.' },
  }));
  expect(await stream.ended).toBe('ended');
  expect(stream.names().at(-1)).toBe('rejected');
});

test('describes a rendition as fully as the status does', async () => {
  const { imageId } = await api.ticket();
  const stream = await api.follow(imageId);
  const worker = await api.render(imageId);
  await worker.live(0);
  await worker.live(1);
  await stream.until('rendition');
  const sent = stream.events.filter(({ event }) => event === 'rendition').map(bodyOf);
  expect(sent).toEqual((await api.call('GET', `/v1/images/${imageId}`)).body.renditions);
  expect(sent[0]).toEqual({ ...made[0], url: expect.stringContaining('http://cdn.test/') });
  await worker.end();
});

describe('the last event has the id of its webhook', () => {
  const notifier = async () => createNotifier({ ...api, isWanted: () => true });
  /** Without an upload: a reported upload would start the job again. */
  const expire = async ({ imageId }: RenderImage) => {
    await api.redis.del(`${api.prefix}:uploaded:${imageId}`);
    return { outcome: 'expired' } as const;
  };
  const broken = () => new AppError({ code: 'broken', retryable: false, publicMessage: 'It broke.' });

  test.each<[string, (image: RenderImage) => ReturnType<RenderHandler>]>([
    ['ready', (image) => api.commit(image)],
    ['rejected', (image) => api.reject(image)],
    ['expired', (image) => expire(image)],
    ['failed', () => Promise.reject(broken())],
  ])('%s', async (status, how) => {
    const { imageId } = await api.ticket();
    const worker = await api.render(imageId);
    const stream = await api.follow(imageId);
    const image = await worker.end(how);
    expect(await stream.ended).toBe('ended');
    const { finished, expired, deadLetter } = await notifier();
    await (status === 'expired' ? expired(image, 1) : status === 'failed' ? deadLetter(imageId) : finished(image));
    const { deliveries } = await api.webhooks.list({ cursor: undefined, limit: 10, imageId });
    const { event, id } = stream.events.at(-1) ?? {};
    expect({ event, ids: [id] }).toEqual({ event: status, ids: deliveries.map((delivery) => delivery.id) });
    // A later request sees the same end.
    expect((await api.open(imageId, { 'last-event-id': id ?? '' })).status).toBe(204);
  });
});

test('a discarded dead letter keeps its last event', async () => {
  const { imageId } = await api.ticket();
  const worker = await api.render(imageId);
  const stream = await api.follow(imageId);
  await worker.end(() => Promise.reject(new AppError({ code: 'broken', retryable: false, publicMessage: '' })));
  await stream.ended;
  await api.call('DELETE', `/v1/dead-letters/${imageId}`, undefined, api.keys.admin);
  expect((await api.open(imageId, { 'last-event-id': stream.events.at(-1)?.id ?? '' })).status).toBe(204);
});

test('a reconnect gets the missed events: none twice, none left out, in order', async () => {
  const { imageId } = await api.ticket();
  const worker = await api.render(imageId);
  await worker.live(0);
  const first = await api.follow(imageId);
  await first.until('status');
  await worker.live(2);
  await first.until('rendition', 2);
  await first.leave();
  await worker.live(5);
  const second = await api.follow(imageId, { 'last-event-id': first.events.at(-1)?.id ?? '' });
  await second.until('rendition', 3);
  await worker.live(6);
  await second.until('rendition', 4);
  await worker.end();
  await second.ended;
  expect(renditionsOf([...first.events, ...second.events])).toEqual(madeNames);
  expect(second.names().filter((name) => name === 'status')).toEqual([]);
  expect(second.names().at(-1)).toBe('ready');
});

test('a client can resume after any event, also in another process', async () => {
  const other = await createLiveHarness({ beside: api });
  const { imageId } = await api.ticket();
  const stream = await api.follow(imageId);
  await stream.until('status');
  const worker = await api.render(imageId);
  for (let count = 0; count <= made.length; count += 1) await worker.live(count);
  await worker.end();
  await stream.ended;
  for (const [index, { id = '' }] of stream.events.slice(0, -1).entries()) {
    const rest = await other.follow(imageId, { 'last-event-id': id });
    await rest.ended;
    const before = renditionsOf(stream.events.slice(0, index + 1));
    const all = [...before, ...renditionsOf(rest.events)];
    expect(all.toSorted(), `after event ${index}`).toEqual(madeNames.toSorted());
    expect(rest.events.at(-1)).toEqual(stream.events.at(-1));
  }
  await other.close();
});

test('a job that starts again sends no event twice', async () => {
  const { imageId } = await api.ticket();
  const stream = await api.follow(imageId);
  const worker = await api.render(imageId);
  await worker.live(0);
  await worker.live(4);
  await stream.until('rendition', 4);
  await worker.live(0);
  await worker.live(3);
  await worker.live(6);
  await stream.until('rendition', 6);
  await worker.end();
  await stream.ended;
  expect(renditionsOf(stream.events).toSorted()).toEqual(madeNames.toSorted());
});

test.each(['nonsense', 'processing.00000000.fff', '1700000000000-0'])(
  'an unknown id gets a new snapshot: %s',
  async (id) => {
    const { imageId } = await api.ticket();
    const stream = await api.follow(imageId, { 'last-event-id': id });
    await stream.until('status');
    expect(bodyOf(stream.events[0] ?? { data: '{}' }).status).toBe('awaiting-upload');
    await stream.leave();
  },
);

test('an ended image sends its snapshot and its end; a reconnect after that gets nothing', async () => {
  const { imageId } = await api.ticket();
  await (await api.render(imageId)).end();
  const stream = await api.follow(imageId);
  expect(await stream.ended).toBe('ended');
  expect(stream.names()).toEqual(['status', 'ready']);
  const again = await api.open(imageId, { 'last-event-id': stream.events[1]?.id ?? '' });
  expect(again.status).toBe(204);
});

test("a browser's EventSource needs only the follow token, and stops reconnecting after the end", async () => {
  const { imageId, token } = await api.ticket();
  const source = new EventSource(`${api.base}/v1/images/${imageId}/events?token=${token}`);
  const ready = new Promise<string>((resolve) => source.addEventListener('ready', ({ data }) => resolve(data)));
  const closed = new Promise<number | undefined>((resolve) => {
    source.onerror = ({ code }) => source.readyState === EventSource.CLOSED && resolve(code);
  });
  await (await api.render(imageId)).end();
  expect(JSON.parse(await ready)).toMatchObject({ imageId, status: 'ready' });
  // It reconnects after `retry` with the id of the end.
  expect(await closed).toBe(204);
});

test('a deleted image sends `deleted`, even while a worker is processing it', async () => {
  const { imageId } = await api.ticket();
  const worker = await api.render(imageId);
  await worker.live(0);
  const stream = await api.follow(imageId);
  await stream.until('status');
  await api.call('DELETE', `/v1/images/${imageId}`);
  expect(await stream.ended).toBe('ended');
  expect(stream.names()).toEqual(['status', 'deleted']);
  expect(bodyOf(stream.events[1] ?? { data: '{}' })).toMatchObject({ imageId, status: 'deleted', renditions: [] });
  expect((await api.open(imageId)).status).toBe(404);
  await worker.end(async () => ({ outcome: 'rejected', error: { code: 'corrupt', message: '' } }));
});
