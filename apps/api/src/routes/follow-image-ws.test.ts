import { once } from 'node:events';
import { ImageId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { LiveObserver } from '../live/listener.ts';
import { createLiveHarness, type LiveHarness, made, madeNames, renditionsOf } from '../test-support/live-harness.ts';

let api: LiveHarness;
beforeAll(async () => {
  api = await createLiveHarness();
});
afterAll(() => api.close());

interface Message {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

function open(of: LiveHarness, imageId: string, options: ClientOptions & { query?: string; anonymous?: boolean } = {}) {
  const { query = '', anonymous = false, headers, ...rest } = options;
  const authorization = anonymous ? {} : { authorization: `Bearer ${of.keys.acme}` };
  const url = `${of.base.replace('http', 'ws')}/v1/images/${imageId}/ws${query}`;
  const socket = new WebSocket(url, { headers: { ...authorization, ...headers }, ...rest });
  const messages: Message[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  socket.on('error', () => {});
  const closed = new Promise<[number, string]>((resolve) => {
    socket.on('close', (closeCode, reason) => resolve([closeCode, String(reason)]));
  });
  const until = (event: string, count = 1) =>
    vi.waitUntil(() => messages.filter((message) => message.event === event).length >= count);
  return { socket, messages, closed, until };
}

/** The status of a rejected upgrade. */
async function refused(of: LiveHarness, imageId: string, options: Parameters<typeof open>[2] = {}): Promise<number> {
  const { socket } = open(of, imageId, options);
  const [, response] = await once(socket, 'unexpected-response');
  response.destroy();
  socket.terminate();
  return response.statusCode;
}

const names = (messages: readonly Message[]) =>
  renditionsOf(messages.map(({ event, data }) => ({ event, data: JSON.stringify(data) })));

test('sends the same events as the SSE stream, and closes after the end', async () => {
  const { imageId } = await api.ticket();
  const [events, ws] = [await api.follow(imageId), open(api, imageId)];
  await ws.until('status');
  const worker = await api.render(imageId);
  for (let count = 0; count <= made.length; count += 1) await worker.live(count);
  await worker.end();
  expect(await ws.closed).toEqual([1000, 'ended']);
  await events.ended;
  expect(names(ws.messages)).toEqual(madeNames);
  const last = events.events.at(-1);
  expect(ws.messages.at(-1)).toEqual({ event: last?.event, id: last?.id, data: JSON.parse(last?.data ?? '') });
});

test('resumes after the id in the query, since browsers cannot send the header', async () => {
  const { imageId } = await api.ticket();
  const worker = await api.render(imageId);
  await worker.live(0);
  const first = open(api, imageId);
  await first.until('status');
  await worker.live(3);
  await first.until('rendition', 3);
  first.socket.close();
  const second = open(api, imageId, { query: `?lastEventId=${first.messages.at(-1)?.id}` });
  await once(second.socket, 'open');
  await worker.live(4);
  await second.until('rendition');
  expect(names([...first.messages, ...second.messages])).toEqual(madeNames.slice(0, 4));
  await worker.end();
  expect(await second.closed).toEqual([1000, 'ended']);
  const third = open(api, imageId, { query: `?lastEventId=${second.messages.at(-1)?.id}` });
  expect(await third.closed).toEqual([1000, 'ended']);
  expect(third.messages).toEqual([]);
});

test("a follow token in the query opens only its own image's socket", async () => {
  const [mine, other] = [await api.ticket(), await api.ticket()];
  const query = `?token=${mine.token}`;
  const ws = open(api, mine.imageId, { query, anonymous: true });
  await ws.until('status');
  ws.socket.close();
  expect(await refused(api, other.imageId, { query, anonymous: true })).toBe(401);
  expect(await refused(api, other.imageId, { query: `?token=${api.keys.acme}`, anonymous: true })).toBe(401);
});

test("responds 404 for an unknown image or another tenant's", async () => {
  const { imageId } = await api.ticket();
  const authorization = `Bearer ${api.keys.other}`;
  expect(await refused(api, imageId, { headers: { authorization } })).toBe(404);
  expect(await refused(api, ImageId.parse(uuidv7()))).toBe(404);
});

test('accepts pages of allowed origins and of its own, and clients without an origin', async () => {
  const { imageId } = await api.ticket();
  for (const origin of ['https://shop.test', 'http://api.test', undefined]) {
    const ws = open(api, imageId, origin === undefined ? {} : { origin });
    await ws.until('status');
    ws.socket.close();
  }
  expect(await refused(api, imageId, { origin: 'https://evil.test' })).toBe(403);
});

test('a request without an upgrade gets 426', async () => {
  const { imageId } = await api.ticket();
  const answer = await api.open(imageId, {}, 'ws');
  expect([answer.status, (await answer.json()).code]).toEqual([426, 'upgrade-required']);
});

test('closes a socket whose client sends a large message, and ignores messages', async () => {
  const { imageId } = await api.ticket();
  const ws = open(api, imageId);
  await ws.until('status');
  ws.socket.send('hello');
  ws.socket.send('x'.repeat(2_000));
  expect((await ws.closed)[0]).toBe(1009);
});

test("over the tenant's limit, closes the socket with the error code", async () => {
  const small = await createLiveHarness({ env: { MAX_LISTENERS_PER_TENANT: 1 } });
  const { imageId } = await small.ticket();
  const first = open(small, imageId);
  await first.until('status');
  expect(await open(small, imageId).closed).toEqual([1013, 'too-many-listeners']);
  first.socket.close();
  await first.closed;
  // The place is free again.
  await vi.waitUntil(async () => {
    const next = open(small, imageId);
    const opened = await Promise.race([next.until('status'), next.closed.then(() => false)]);
    next.socket.terminate();
    return opened === true;
  });
  await small.close();
});

test('drops a client that answers no ping', async () => {
  const left: string[] = [];
  const observer: LiveObserver = { joined() {}, left: (reason) => left.push(reason) };
  const small = await createLiveHarness({
    inTests: { liveObserver: observer, liveTimes: { heartbeatMs: 50, tickMs: 5 } },
  });
  const { imageId } = await small.ticket();
  const dead = open(small, imageId, { autoPong: false });
  expect((await dead.closed)[0]).toBe(1013);
  expect([dead.messages.map(({ event }) => event), left]).toEqual([['status'], ['slow']]);
  await small.close();
});

test.each(['ping', 'send'] as const)('drops a client that floods the server by %s', async (call) => {
  const { imageId } = await api.ticket();
  const flooding = open(api, imageId);
  await flooding.until('status');
  for (let frame = 0; frame <= 200; frame += 1) flooding.socket[call]('x');
  expect((await flooding.closed)[0]).toBe(1006);
});

test('a shutdown closes every socket with "service restart", even one that does not answer', async () => {
  const small = await createLiveHarness();
  const { imageId } = await small.ticket();
  const [polite, mute] = [open(small, imageId), open(small, imageId)];
  await Promise.all([polite.until('status'), mute.until('status')]);
  mute.socket.pause();
  await small.live.close();
  await small.server.close(1_000);
  expect(await polite.closed).toEqual([1012, 'closing']);
  mute.socket.resume();
  await mute.closed;
  await small.close().catch(() => {});
});
