import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { usualLimits } from './connection-limits.ts';
import { listen } from './listen.ts';

/** More than the buffers of both sockets. */
const LARGE = new Uint8Array(32 * 1024 * 1024);

/** One read of Node's is 64 KiB, and a chunk of one byte takes six. */
const CHUNKS_OF_ONE_READ = 11_000;

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function serve(limits: Partial<typeof usualLimits>, answer: (url: URL) => Promise<Response> | Response) {
  const onRefused = vi.fn();
  const server = await listen((request) => answer(new URL(request.url)), {
    hostname: '127.0.0.1',
    port: 0,
    onRefused,
    limits: { checkIntervalMs: 20, ...limits },
  });
  closing.push(() => server.close(0));
  async function open(): Promise<Socket> {
    const socket = connect(server.address.port, '127.0.0.1');
    socket.on('error', () => {});
    closing.push(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  }
  return { open, onRefused, url: `http://127.0.0.1:${server.address.port}` };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: api.test\r\n\r\n`;
/** Resolves when a connection is closed or reset. `once` would reject for a reset. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

/**
 * Keeps writing, since a client that does not read notices the end of its connection only then. Empty lines between requests are ignored;
 * anything else would end the connection as a malformed request.
 */
async function untilClosed(socket: Socket): Promise<void> {
  const poking = setInterval(() => socket.write('\r\n'), 20);
  await closed(socket);
  clearInterval(poking);
}

const largeOrSmall = ({ pathname }: URL) => new Response(pathname === '/large' ? LARGE : 'small');

test('a client that does not read its response is disconnected after a time limit', async () => {
  const { open, url } = await serve({ unreadMs: 100 }, largeOrSmall);
  const socket = await open();
  socket.pause();
  socket.write(get('/large'));
  await untilClosed(socket);
  expect(await (await fetch(`${url}/small`)).text()).toBe('small');
});

test('if unread responses exceed their share of memory, the largest ones are dropped', async () => {
  const { open, url } = await serve({ unreadBytesMax: LARGE.length / 2, unreadMs: 600_000 }, largeOrSmall);
  const sockets = await Promise.all([open(), open()]);
  for (const socket of sockets) {
    socket.pause();
    socket.write(get('/large'));
  }
  await Promise.all(sockets.map(untilClosed));
  expect(await (await fetch(`${url}/small`)).text()).toBe('small');
});

test('a client that reads gets a large response whole', async () => {
  const { url } = await serve({ unreadMs: 60_000 }, largeOrSmall);
  expect((await (await fetch(`${url}/large`)).arrayBuffer()).byteLength).toBe(LARGE.length);
});

test('a connection with too many unanswered requests is closed', async () => {
  const { open } = await serve({ pipelinedMax: 3 }, () => new Promise<Response>(() => {}));
  const socket = await open();
  socket.write(get('/').repeat(4));
  await closed(socket);
});

test('connections over the limit are closed at once and reported, and those within it keep working', async () => {
  const { open, onRefused } = await serve({ connectionsMax: 1 }, largeOrSmall);
  const first = await open();
  await closed((await open()).resume());
  expect(onRefused.mock.calls).toEqual([[{ reason: 'too-many-connections' }]]);
  first.write(get('/small'));
  expect(String((await once(first, 'data'))[0])).toContain('200 OK');
});

test('a client that is still sending its body gets the response before its connection is closed', async () => {
  const { open } = await serve({ restOfBodyMs: 100 }, () => new Response('no', { status: 401 }));
  const socket = await open();
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
  });
  socket.write(`POST / HTTP/1.1\r\nhost: api.test\r\nconnection: close\r\ncontent-length: ${LARGE.length}\r\n\r\n`);
  socket.write(LARGE);
  await closed(socket);
  expect(heard).toMatch(/^HTTP\/1.1 401 /);
});

test('of a refused body in chunks, only those are parsed that arrive with the headers', async () => {
  const pushed = vi.spyOn(IncomingMessage.prototype, 'push');
  const { open } = await serve({ restOfBodyMs: 200 }, async () => new Response('no', { status: 401 }));
  const socket = await open();
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
  });
  socket.write('POST / HTTP/1.1\r\nhost: api.test\r\ntransfer-encoding: chunked\r\n\r\n');
  socket.write('1\r\n \r\n'.repeat(200_000));
  await closed(socket);
  expect(heard).toMatch(/^HTTP\/1.1 401 /);
  expect(pushed.mock.calls.length).toBeLessThan(CHUNKS_OF_ONE_READ);
});
