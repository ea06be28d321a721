import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type ListenOptions, listen } from './listen.ts';
import type { Refused } from './refusals.ts';

/** Only for a request that exceeds them: a busy machine may exceed them as well. */
const impatient = { times: { headersTimeoutMs: 50, requestTimeoutMs: 100, checkIntervalMs: 20 } };

/** The response to bytes, until the server closes the connection. */
async function answerTo(sent: string, options: Partial<ListenOptions> = {}): Promise<string> {
  const server = await listen(() => new Response('ok'), { hostname: '127.0.0.1', port: 0, ...options });
  onTestFinished(() => server.close(0));
  const socket = connect(server.address.port, '127.0.0.1');
  socket.write(sent);
  return untilClosed(socket);
}

/** All bytes from the server. The connection may be reset after them. */
async function untilClosed(socket: Socket): Promise<string> {
  let heard = '';
  socket
    .on('error', () => {})
    .on('data', (data) => {
      heard += String(data);
    });
  await new Promise((resolve) => socket.once('close', resolve));
  return heard;
}

const close = 'connection: close\r\n';

test.each([
  ['bytes that are not HTTP', 'hello\r\n\r\n', 400, 'bad-request'],
  ['a target that is not a path', `OPTIONS * HTTP/1.1\r\nhost: a\r\n${close}\r\n`, 400, 'bad-request'],
  ['an unreadable host', `GET / HTTP/1.1\r\nhost: a b\r\n${close}\r\n`, 400, 'bad-request'],
  ['no host', `GET / HTTP/1.1\r\n${close}\r\n`, 400, 'bad-request'],
  ['headers that do not end', 'GET / HTTP/1.1\r\nhost: a\r\n', 408, 'request-too-slow'],
  ['headers that are too large', `GET / HTTP/1.1\r\nx: ${'y'.repeat(16 * 1024)}`, 431, 'headers-too-large'],
])('answers %s with a code, and reports it once', async (_what, sent, status, code) => {
  const refused: Refused[] = [];
  const onRefused = (one: Refused) => void refused.push(one);
  const answer = await answerTo(sent, { onRefused, ...(status === 408 && impatient) });
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toContain('content-type: application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ status, code, type: `urn:problem:imagemill:${code}` });
  expect(refused).toEqual([{ reason: code, requestId: JSON.parse(body).requestId, cause: expect.any(String) }]);
});

test('an error outside of any route is a 500 with a code, and is reported with its stack, which the client does not get', async () => {
  const refused: Refused[] = [];
  const server = await listen(
    () => {
      throw new Error('a bug');
    },
    { hostname: '127.0.0.1', port: 0, onRefused: (one) => void refused.push(one) },
  );
  onTestFinished(() => server.close(0));
  const response = await fetch(`http://127.0.0.1:${server.address.port}/`);
  const body = await response.text();
  expect(response.status).toBe(500);
  expect(JSON.parse(body)).toMatchObject({ code: 'internal-error', requestId: refused[0]?.requestId });
  expect(refused).toMatchObject([{ reason: 'internal-error', cause: expect.stringContaining('Error: a bug') }]);
  expect(body).not.toContain('a bug');
});

test('what the client sent is not reported', async () => {
  const refused: Refused[] = [];
  await answerTo('GET /?token=secret HTTP/1.1\r\nhost: a\r\nsecret\r\n\r\n', {
    onRefused: (one) => void refused.push(one),
  });
  expect(refused).toHaveLength(1);
  expect(JSON.stringify(refused)).not.toContain('secret');
});

test('a client that leaves is not reported as refused', async () => {
  const onRefused = vi.fn();
  const asked = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const server = await listen(
    ({ signal }) => {
      signal.addEventListener('abort', () => left.resolve());
      asked.resolve();
      return new Promise(() => {});
    },
    { hostname: '127.0.0.1', port: 0, onRefused },
  );
  onTestFinished(() => server.close(0));
  const socket = connect(server.address.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await asked.promise;
  socket.resetAndDestroy();
  await left.promise;
  expect(onRefused).not.toHaveBeenCalled();
});

test('ignores an expectation that it does not know', async () => {
  expect(await answerTo(`GET / HTTP/1.1\r\nhost: a\r\nexpect: more\r\n${close}\r\n`)).toMatch(/^HTTP\/1.1 200 /);
});

test('HTTP/1.0 needs no host', async () => {
  expect(await answerTo('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
});

test('writes nothing into a response that has begun', async () => {
  const begun = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('begun')) });
  const server = await listen(() => new Response(begun), { hostname: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close(0));
  const socket = connect(server.address.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  socket.once('data', () => socket.write('hello\r\n\r\n'));
  const heard = await untilClosed(socket);
  expect(heard).toMatch(/^HTTP\/1.1 200 /);
  expect(heard).not.toContain('bad-request');
});
