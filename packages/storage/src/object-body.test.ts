import { PassThrough } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { expect, test } from 'vitest';
import { objectBody } from './object-body.ts';

/** A response whose body goes on. */
function response(): PassThrough {
  const body = new PassThrough();
  body.write('abc');
  return body;
}

test('a reader that leaves before the first chunk closes the connection', async () => {
  const body = response();
  await objectBody(body, 6)[Symbol.asyncIterator]().return?.();
  expect(body.destroyed).toBe(true);
});

test('a web stream of it that is cancelled before it is read closes the connection', async () => {
  const body = response();
  await ReadableStream.from(objectBody(body, 6)).cancel();
  expect(body.destroyed).toBe(true);
});

test('a reader that leaves while it waits for a chunk closes the connection', async () => {
  const body = response();
  const chunks = objectBody(body, 6)[Symbol.asyncIterator]();
  expect(String((await chunks.next()).value)).toBe('abc');
  const waits = chunks.next();
  await Promise.all([chunks.return?.(), expect(waits).rejects.toMatchObject({ code: 'storage-unavailable' })]);
  expect(body.destroyed).toBe(true);
});

test('an abort closes the connection of a body that nobody reads', async () => {
  const body = response();
  const stop = new AbortController();
  const unread = objectBody(body, 6, stop.signal);
  stop.abort(new Error('not needed'));
  expect(body.destroyed).toBe(true);
  await expect(Array.fromAsync(unread)).rejects.toMatchObject({ code: 'storage-unavailable' });
});

test('a body is read to its end', async () => {
  const body = response();
  body.end('def');
  expect(String(Buffer.concat(await Array.fromAsync(objectBody(body, 6))))).toBe('abcdef');
});
