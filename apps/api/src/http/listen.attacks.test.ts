import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';
import { type HttpServer, listen } from './listen.ts';

const KIB = 1024;
const DRIP_MS = 50;

let api: Awaited<ReturnType<typeof createApiHarness>>;
/** With time limits that an honest client may miss on a busy machine. */
let impatient: HttpServer;
let server: HttpServer;
beforeAll(async () => {
  api = await createApiHarness();
  const times = { headersTimeoutMs: 400, requestTimeoutMs: 800, checkIntervalMs: 50 };
  impatient = await listen(api.app.fetch, { hostname: '127.0.0.1', port: 0, times });
  server = await listen(api.app.fetch, { hostname: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await Promise.all([impatient.close(1_000), server.close(1_000)]);
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

async function open(options: { allowHalfOpen?: boolean } = {}, to = server): Promise<Socket> {
  const socket = connect({ port: to.address.port, host: '127.0.0.1', ...options });
  // Writing fails after the server has closed the connection; only its response matters.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}
/** All bytes from the server until it closes the connection. The connection is reset if the client is still sending. */
async function untilClosed(socket: Socket): Promise<string> {
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return heard;
}

/** All bytes from the server until it stops reading: its response closes only its half of the connection. */
async function untilReset(socket: Socket): Promise<string> {
  const timer = setInterval(() => socket.write('x'), DRIP_MS);
  return untilClosed(socket).finally(() => clearInterval(timer));
}

/** Keeps sending a few bytes until the server closes the connection. */
function drip(socket: Socket, next: () => string): void {
  const timer = setInterval(() => socket.write(next()), DRIP_MS);
  socket.once('close', () => clearInterval(timer));
}

test('closes a connection whose headers never end', async () => {
  const socket = await open({}, impatient);
  socket.write(post().trimEnd());
  drip(socket, () => 'x: y\r\n');
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 408 /);
});

test.each([
  ['of a declared length', 'content-length: 60000', () => 'x'],
  ['in chunks', 'transfer-encoding: chunked', () => chunk('x')],
])('closes a connection with a body %s that never ends', async (_how, header, next) => {
  const socket = await open({}, impatient);
  socket.write(post(header));
  drip(socket, next);
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 4(?:08|00) /);
});

test('rejects headers that are too large', async () => {
  const socket = await open();
  socket.write(post(`x: ${'y'.repeat(17 * KIB)}`));
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 431 /);
});

test('ignores an upgrade to an unsupported protocol, and answers the request', async () => {
  const socket = await open();
  socket.write(upgrade('h2c', '/healthz'));
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 200 /);
  socket.destroy();
});

test('closes a connection after its WebSocket upgrade is rejected', async () => {
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
])('a body over the limit %s, and the rest is not read', async (_how, head, next) => {
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

test('a connection is reusable, and may stay idle for longer than the time limit of a request', async () => {
  const limitMs = 2_000;
  const times = { headersTimeoutMs: limitMs, requestTimeoutMs: limitMs, checkIntervalMs: 50 };
  const own = await listen(api.app.fetch, { hostname: '127.0.0.1', port: 0, times });
  onTestFinished(() => own.close(0));
  const socket = await open({}, own);
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
  });
  const answers = () => heard.match(/HTTP\/1.1 201 /g)?.length ?? 0;
  socket.write(post(`content-length: ${photo.length}`) + photo);
  await vi.waitUntil(() => answers() === 1);
  const answeredAt = performance.now();
  await vi.waitUntil(() => performance.now() - answeredAt > 1.1 * limitMs, { interval: 50 });
  socket.write(post('transfer-encoding: chunked') + chunk(photo) + chunk(''));
  await vi.waitUntil(() => answers() === 2);
  expect(socket.readyState).toBe('open');
  socket.destroy();
});
