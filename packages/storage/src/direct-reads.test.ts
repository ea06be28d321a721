import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createS3Client, createS3Storage } from './index.ts';

type Script = (response: ServerResponse) => unknown;
const object: Script = (response) =>
  response.writeHead(200, { etag: '"e"', 'content-length': 3, 'x-amz-meta-sku': 'A-1' }).end('abc');
const failed =
  (status: number, code = 'Trouble'): Script =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
const broken: Script = (response) => response.socket?.destroy();
const silent: Script = () => {};

/** Answers each read by the next entry of `scripts`, and then with an object. */
let scripts: Script[] = [];
let requests: string[] = [];
const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  requests.push(`${request.method} ${request.url}`);
  (scripts.shift() ?? object)(response);
});
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
beforeEach(() => {
  scripts = [];
  requests = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function storageOf(options: { maxAttempts: number; requestTimeoutMs?: number }) {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/below`;
  const client = createS3Client({ endpoint, region: 'x', accessKeyId: 'a', secretAccessKey: 'b', ...options });
  return createS3Storage({ client, bucket: 'bucket' });
}
const reads = {
  head: async (storage: ReturnType<typeof storageOf>) => storage.head('a b+ü.jpg'),
  open: async (storage: ReturnType<typeof storageOf>) => {
    const opened = await storage.open('a b+ü.jpg');
    if (opened) await Array.fromAsync(opened.body);
    return opened?.facts;
  },
};
const trouble = { code: 'storage-unavailable', retryable: true };

test.each(Object.entries(reads))('%s is one request, with the key escaped once', async (_, read) => {
  expect(await read(storageOf({ maxAttempts: 1 }))).toMatchObject({
    etag: '"e"',
    sizeBytes: 3,
    metadata: { sku: 'A-1' },
  });
  expect(requests).toEqual([expect.stringMatching(/^(HEAD|GET) \/below\/bucket\/a%20b%2B%C3%BC\.jpg(\?|$)/)]);
});

test.each(
  Object.entries({ 'a 500': failed(500), 'a 503': failed(503, 'SlowDown'), 'a broken connection': broken }).flatMap(
    ([what, script]) => Object.entries(reads).map(([name, read]) => [name, what, script, read] as const),
  ),
)('%s succeeds after %s', async (_name, _what, script, read) => {
  scripts = [script];
  expect(await read(storageOf({ maxAttempts: 2 }))).toMatchObject({ etag: '"e"' });
  expect(requests).toHaveLength(2);
});

test.each(Object.entries(reads))(
  '%s of a client with one attempt does not repeat a broken request',
  async (_, read) => {
    scripts = [broken];
    await expect(read(storageOf({ maxAttempts: 1 }))).rejects.toMatchObject(trouble);
    expect(requests).toHaveLength(1);
  },
);

test.each(Object.entries(reads))('%s without a response ends at the time limit of the client', async (_, read) => {
  scripts = [silent];
  await expect(read(storageOf({ maxAttempts: 1, requestTimeoutMs: 50 }))).rejects.toMatchObject(trouble);
});

test('a missing object is no error, a missing bucket and denied access are', async () => {
  const storage = storageOf({ maxAttempts: 1 });
  scripts = [failed(404, 'NoSuchKey')];
  expect(await storage.open('x')).toBeUndefined();
  scripts = [failed(404, 'NoSuchBucket'), failed(404, 'NoSuchBucket')];
  await expect(storage.open('x')).rejects.toMatchObject(trouble);
  scripts = [failed(403, 'AccessDenied'), failed(403, 'AccessDenied')];
  await expect(storage.open('x')).rejects.toMatchObject(trouble);
  scripts = [failed(400, 'InvalidRequest'), failed(400, 'InvalidRequest')];
  await expect(storage.open('x')).rejects.toMatchObject({ code: 'storage-refused', retryable: false });
});
