import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';

const local = { hostname: '127.0.0.1', port: 0 };
const LONG_MS = 60_000;

test('closing lets a request in flight finish', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const server = await listen(() => {
    asked.resolve();
    return answer.promise;
  }, local);
  const response = fetch(`http://127.0.0.1:${server.address.port}/`);
  await asked.promise;
  const closed = server.close(LONG_MS);
  answer.resolve(new Response('done'));
  expect(await (await response).text()).toBe('done');
  await closed;
});

test('closing does not wait for idle connections', async () => {
  const server = await listen(() => new Response('ok'), local);
  const silent = connect(server.address.port, '127.0.0.1');
  await once(silent, 'connect');
  await (await fetch(`http://127.0.0.1:${server.address.port}/`)).text();
  await Promise.all([server.close(LONG_MS), once(silent, 'close')]);
});

test('closing ends requests that outlast the grace period', async () => {
  const asked = Promise.withResolvers<void>();
  const server = await listen(() => {
    asked.resolve();
    return new Promise<Response>(() => {});
  }, local);
  const response = fetch(`http://127.0.0.1:${server.address.port}/`).catch((error: Error) => error);
  await asked.promise;
  await server.close(50);
  expect(await response).toBeInstanceOf(TypeError);
});

test('closing does not wait for a client that stays connected after its WebSocket was rejected', async () => {
  const server = await listen(() => new Response('no', { status: 403 }), local);
  const refused = connect({ port: server.address.port, host: '127.0.0.1', allowHalfOpen: true });
  refused.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  await once(refused, 'data');
  await server.close(LONG_MS);
  refused.destroy();
});

test('reports the port that is in use', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await expect(listen(() => new Response(), { ...local, port })).rejects.toThrow(`Port ${port} is in use`);
  taken.close();
});
