import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';
import { type HttpServer, listen } from './listen.ts';

const KIB = 1024;
const DRIP_MS = 50;

let api: Awaited<ReturnType<typeof createApiHarness>>;
let server: HttpServer;
beforeAll(async () => {
  api = await createApiHarness();
  const times = { headersTimeoutMs: 400, requestTimeoutMs: 800, checkIntervalMs: 50 };
  server = await listen(api.app.fetch, { hostname: '127.0.0.1', port: 0, times });
});
afterAll(async () => {
  await server.close(1_000);
  await api.close();
});

const photo = JSON.stringify({ filename: 'a.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'product' });
const post = (...more: string[]) =>
  [
    'POST /v1/images/upload-url HTTP/1.1',
    'host: api.test',
    `authorization: Bearer ${api.keys.acme}`,
    'content-type: application/json',
    ...more,
    '',
    '',
  ].join('\r\n');
const chunk = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n`;

const upgrade = (protocol: string, path: string) =>
  [`GET ${path} HTTP/1.1`, 'host: api.test', 'connection: upgrade', `upgrade: ${protocol}`, '', ''].join('\r\n');

async function open(options: { allowHalfOpen?: boolean } = {}): Promise<Socket> {
  const socket = connect({ port: server.address.port, host: '127.0.0.1', ...options });
  // What the server has closed can't be written to any more; what it said before is what counts.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}
/** All that the server says until it closes the connection, which resets it when more is still being sent. */
async function untilClosed(socket: Socket): Promise<string> {
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return heard;
}

/** All that the server says until it takes nothing more: its half alone is closed by its answer. */
async function untilReset(socket: Socket): Promise<string> {
  const timer = setInterval(() => socket.write('x'), DRIP_MS);
  return untilClosed(socket).finally(() => clearInterval(timer));
}

/** Goes on sending a little for as long as the server listens. */
function drip(socket: Socket, next: () => string): void {
  const timer = setInterval(() => socket.write(next()), DRIP_MS);
  socket.once('close', () => clearInterval(timer));
}

test('headers that never end are ended', async () => {
  const socket = await open();
  socket.write(post().trimEnd());
  drip(socket, () => 'x: y\r\n');
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 408 /);
});

test.each([
  ['of a declared length', 'content-length: 60000', () => 'x'],
  ['in chunks', 'transfer-encoding: chunked', () => chunk('x')],
])('a body %s that never ends is ended', async (_how, header, next) => {
  const socket = await open();
  socket.write(post(header));
  drip(socket, next);
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 4(?:08|00) /);
});

test('headers that are too large are refused', async () => {
  const socket = await open();
  socket.write(post(`x: ${'y'.repeat(17 * KIB)}`));
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 431 /);
});

test('an upgrade to what is not spoken here is ignored: the request is answered', async () => {
  const socket = await open();
  socket.write(upgrade('h2c', '/healthz'));
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 200 /);
  socket.destroy();
});

test('who is refused a WebSocket, and does not hang up, is hung up on', async () => {
  const socket = await open({ allowHalfOpen: true });
  const hungUp = untilReset(socket);
  socket.write(upgrade('websocket', '/v1/images/x/ws'));
  expect(await hungUp).toMatch(/^HTTP\/1.1 401 /);
});

test.each([
  ['that says so is refused before it is sent', () => post(`content-length: ${70 * KIB}`), () => 'x'.repeat(KIB)],
  [
    'that comes in chunks is refused when it is',
    () => post('transfer-encoding: chunked'),
    () => chunk('x'.repeat(KIB)),
  ],
])('a body over the limit %s, and no more of it is taken', async (_how, head, next) => {
  const socket = await open();
  const answer = untilClosed(socket);
  socket.write(head());
  const pump = () => {
    while (!socket.destroyed && socket.write(next()));
  };
  socket.on('drain', pump);
  pump();
  expect(await answer).toMatch(/^HTTP\/1.1 413 [\s\S]*"code":"body-too-large"/);
});

test('a connection may be used again and again, and wait between two requests for longer than one may take', async () => {
  const socket = await open();
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
  });
  const answers = () => heard.match(/HTTP\/1.1 201 /g)?.length ?? 0;
  const patience = { timeout: 5_000 };
  socket.write(post(`content-length: ${photo.length}`) + photo);
  await vi.waitUntil(() => answers() === 1, patience);
  const answeredAt = performance.now();
  await vi.waitUntil(() => performance.now() - answeredAt > 1_200, patience);
  socket.write(post('transfer-encoding: chunked') + chunk(photo) + chunk(''));
  await vi.waitUntil(() => answers() === 2, patience);
  expect(socket.readyState).toBe('open');
  socket.destroy();
});
