import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLiveHarness, type LiveHarness } from '../test-support/live-harness.ts';

let api: LiveHarness;
beforeAll(async () => {
  api = await createLiveHarness();
});
afterAll(() => api.close());

const handshake = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
}

/** The beginning of the response. `fetch` sends no `Upgrade`. */
async function ask(path: string, { method = 'GET', headers, key = api.keys.acme }: Asked = {}) {
  const sent = request(`${api.base}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...handshake, ...headers },
  });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

const codeOf = async (response: IncomingMessage) => [response.statusCode, JSON.parse(await text(response)).code];

describe('a request that asks for a WebSocket where there is none is an ordinary one', () => {
  test('its response has its body', async () => {
    const response = await ask('/healthz');
    expect([response.statusCode, JSON.parse(await text(response))]).toEqual([200, { status: 'ok' }]);
  });

  test('its method counts', async () => {
    const { imageId } = await api.ticket();
    expect(await codeOf(await ask(`/v1/images/${imageId}/complete`, { method: 'POST' }))).toEqual([
      409,
      'not-uploaded',
    ]);
  });

  test('its stream of events ends with its connection', async () => {
    const { imageId } = await api.ticket();
    const response = await ask(`/v1/images/${imageId}/events`);
    await once(response, 'data');
    expect(api.live.isFollowed(imageId)).toBe(true);
    response.destroy();
    await vi.waitUntil(() => !api.live.isFollowed(imageId));
  });
});

describe('the refusal of a WebSocket has a code', () => {
  test('without a key, and for an unknown image', async () => {
    const { imageId } = await api.ticket();
    const path = `/v1/images/${imageId}/ws`;
    expect(await codeOf(await ask(path, { key: '' }))).toEqual([401, 'unauthorized']);
    expect(await codeOf(await ask(path, { key: api.keys.other }))).toEqual([404, 'image-not-found']);
  });

  test('without "Connection: Upgrade", which some proxies remove', async () => {
    const { imageId } = await api.ticket();
    const response = await ask(`/v1/images/${imageId}/ws`, { headers: { connection: 'keep-alive' } });
    expect(await codeOf(response)).toEqual([426, 'upgrade-required']);
  });
});

test('an unreadable host is refused as a malformed request, also with an upgrade', async () => {
  const { imageId } = await api.ticket();
  const response = await ask(`/v1/images/${imageId}/ws`, { headers: { host: 'a b' } });
  expect(await codeOf(response)).toEqual([400, 'bad-request']);
});

test('an invalid WebSocket handshake is refused with a code and the supported version, and reported', async () => {
  const { imageId } = await api.ticket();
  api.onRefused.mockClear();
  for (const headers of [{ 'sec-websocket-key': 'short' }, { 'sec-websocket-version': '7' }]) {
    const response = await ask(`/v1/images/${imageId}/ws`, { headers });
    expect(response.headers['sec-websocket-version']).toBe('13');
    expect(await codeOf(response)).toEqual([400, 'bad-request']);
  }
  expect(api.onRefused.mock.calls.map(([{ reason }]) => reason)).toEqual(['bad-request', 'bad-request']);
});
