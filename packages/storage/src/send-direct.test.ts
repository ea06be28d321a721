import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createS3Client, createS3Storage } from './index.ts';
import { createSendDirect, discardBody } from './send-direct.ts';

type Script = (response: ServerResponse) => unknown;
const object: Script = (response) =>
  response.writeHead(200, { etag: '"e"', 'content-length': 3, 'x-amz-meta-sku': 'A-1' }).end('abc');
const failed =
  (status: number, code = 'Trouble'): Script =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
const broken: Script = (response) => response.socket?.destroy();
const silent: Script = () => {};

/** Part of the endpoint: a request of an earlier test that arrives late is not one of this test. */
let round = 0;
/** Answers each request by the next entry of `scripts`, and then with an object. */
let scripts: Script[] = [];
let requests: string[] = [];
let headers: IncomingHttpHeaders[] = [];
const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  const [, ofRound, path] = /^\/below-(\d+)(\/.*)$/.exec(request.url ?? '') ?? [];
  if (Number(ofRound) !== round) return response.socket?.destroy();
  requests.push(`${request.method} ${path}`);
  headers.push(request.headers);
  request.resume();
  (scripts.shift() ?? object)(response);
});
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
beforeEach(() => {
  round += 1;
  scripts = [];
  requests = [];
  headers = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface ClientOptions {
  readonly maxAttempts: number;
  readonly requestTimeoutMs?: number;
}

function clientOf(options: ClientOptions) {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/below-${round}`;
  return createS3Client({ endpoint, region: 'x', accessKeyId: 'a', secretAccessKey: 'b', ...options });
}

const storageOf = (options: ClientOptions) => createS3Storage({ client: clientOf(options), bucket: 'bucket' });
const picture = { key: 'a b+ü.jpg', body: Buffer.from('abc'), contentType: 'image/jpeg', cacheControl: 'private' };
const calls = {
  head: async (storage: ReturnType<typeof storageOf>) => storage.head('a b+ü.jpg'),
  open: async (storage: ReturnType<typeof storageOf>) => {
    const opened = await storage.open('a b+ü.jpg');
    if (opened) await Array.fromAsync(opened.body);
    return opened?.facts;
  },
  put: async (storage: ReturnType<typeof storageOf>) => storage.put(picture),
};
/** As if the process had no core. */
const pauseThread = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

const trouble = { code: 'storage-unavailable', retryable: true };

test.each(Object.entries(calls))('%s is one request, with the key escaped once', async (_, call) => {
  expect(await call(storageOf({ maxAttempts: 1 }))).toMatchObject({ etag: '"e"' });
  expect(requests).toEqual([expect.stringMatching(/^(HEAD|GET|PUT) \/bucket\/a%20b%2B%C3%BC\.jpg(\?|$)/)]);
});

test.each(
  Object.entries({ 'a 500': failed(500), 'a 503': failed(503, 'SlowDown'), 'a broken connection': broken }).flatMap(
    ([what, script]) => Object.entries(calls).map(([name, call]) => [name, what, script, call] as const),
  ),
)('%s succeeds after %s', async (_name, _what, script, call) => {
  scripts = [script];
  expect(await call(storageOf({ maxAttempts: 2 }))).toMatchObject({ etag: '"e"' });
  expect(requests).toHaveLength(2);
});

test.each(Object.entries(calls))(
  '%s of a client with one attempt does not repeat a broken request',
  async (_, call) => {
    scripts = [broken];
    await expect(call(storageOf({ maxAttempts: 1 }))).rejects.toMatchObject(trouble);
    expect(requests).toHaveLength(1);
  },
);

test.each(Object.entries(calls))('%s without a response ends at the time limit of the client', async (_, call) => {
  scripts = [silent];
  await expect(call(storageOf({ maxAttempts: 1, requestTimeoutMs: 50 }))).rejects.toMatchObject(trouble);
});

test.each(['head', 'open'] as const)('%s has the size and the metadata of the object', async (name) => {
  const facts = await calls[name](storageOf({ maxAttempts: 1 }));
  expect(facts).toMatchObject({ sizeBytes: 3, contentType: undefined, metadata: { sku: 'A-1' } });
});

test('what a connection reads is freed as soon as it is parsed, and no body changes', async () => {
  const bytes = randomBytes(16 * 1024 * 1024);
  const large: Script = (response) =>
    response.writeHead(200, { etag: '"e"', 'content-length': bytes.length }).end(bytes);
  const storage = storageOf({ maxAttempts: 1 });
  for (scripts = [large, large]; scripts.length > 0; ) {
    const before = process.memoryUsage().arrayBuffers;
    const parts = await Array.fromAsync((await storage.open('x'))?.body ?? []);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1.5 * bytes.length);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  }
  expect(requests).toHaveLength(2);
});

test('a response that arrived while the process was paused is in time', async () => {
  const opened = storageOf({ maxAttempts: 1, requestTimeoutMs: 200 }).open('x');
  await vi.waitUntil(() => requests.length > 0, { interval: 0 });
  pauseThread(300);
  expect(await opened).toBeDefined();
});

test('a put does not hash a body whose SHA-256 is known', async () => {
  const sha256 = 'f'.repeat(64);
  await storageOf({ maxAttempts: 1 }).put({ ...picture, sha256 });
  expect(headers[0]).toMatchObject({ 'x-amz-content-sha256': sha256 });
});

test('a small put sends its condition, its metadata and the SHA-256 of its bytes, and a large one leaves them to the SDK', async () => {
  const storage = storageOf({ maxAttempts: 1 });
  await storage.put({ ...picture, ifAbsent: true, metadata: { sku: 'A-1' } });
  await storage.put({ ...picture, ifMatch: '"e"', body: Buffer.alloc(1024 * 1024 + 1) });
  expect(headers[0]).toMatchObject({
    'content-length': '3',
    'content-type': 'image/jpeg',
    'cache-control': 'private',
    'if-none-match': '*',
    'x-amz-meta-sku': 'A-1',
    'x-amz-content-sha256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  });
  expect(headers[0]).not.toHaveProperty('amz-sdk-request');
  expect(headers[1]).toMatchObject({ 'if-match': 'e', 'amz-sdk-request': expect.anything() });
});

test.each([
  ['412', failed(412, 'PreconditionFailed'), { ifAbsent: true }],
  ['412', failed(412, 'PreconditionFailed'), { ifMatch: '"e"' }],
  ['404', failed(404, 'NoSuchKey'), { ifMatch: '"e"' }],
] as const)(
  'a put that is answered with %s is one request, and a failed precondition',
  async (_, script, condition) => {
    scripts = [script];
    const put = storageOf({ maxAttempts: 3 }).put({ ...picture, ...condition });
    expect(await put).toEqual({ outcome: 'precondition-failed' });
    expect(requests).toHaveLength(1);
  },
);

/** Sends a body without an end, as fast as it is read. */
const endless =
  (status: number): Script =>
  (response) => {
    response.writeHead(status, { etag: '"e"', 'content-type': 'application/xml' });
    const send = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384, 'x')));
    };
    response.on('drain', send);
    send();
  };

test.each(['open', 'put'] as const)('%s reads no more of an error than an error of S3 can have', async (name) => {
  scripts = [endless(404), endless(404)];
  const call = name === 'put' ? storageOf({ maxAttempts: 1 }).put(picture) : storageOf({ maxAttempts: 1 }).open('x');
  const outcome = await call.catch(({ code }: { code: string }) => code);
  expect(outcome).toBe(name === 'put' ? 'storage-refused' : undefined);
});

test('a missing object is not an error, a missing bucket and denied access are', async () => {
  const storage = storageOf({ maxAttempts: 1 });
  scripts = [failed(404, 'NoSuchKey')];
  expect(await storage.open('x')).toBeUndefined();
  scripts = [failed(404, 'NoSuchBucket'), failed(404, 'NoSuchBucket')];
  await expect(storage.open('x')).rejects.toMatchObject(trouble);
  scripts = [failed(403, 'AccessDenied'), failed(403, 'AccessDenied')];
  await expect(storage.open('x')).rejects.toMatchObject(trouble);
  scripts = [failed(400, 'InvalidRequest'), failed(400, 'InvalidRequest')];
  await expect(storage.open('x')).rejects.toMatchObject({ code: 'storage-refused', retryable: false });
  scripts = [failed(404, 'NoSuchBucket')];
  await expect(storage.put({ ...picture, ifMatch: '"e"' })).rejects.toMatchObject(trouble);
});

const entry = (key: string) =>
  `<Contents><Key>${key}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>7</Size></Contents>`;
const page = (entries: string, { form = '<EncodingType>url</EncodingType>', count = 1, isTruncated = false } = {}) =>
  `<ListBucketResult>${form}<KeyCount>${count}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${entries}</ListBucketResult>`;
const answer =
  (body: string, status = 200): Script =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
const listed = { key: 'a b+ü<&', sizeBytes: 7, modifiedAt: new Date('2026-01-02T03:04:05Z') };

test('a listing is one request past the SDK', async () => {
  scripts = [answer(page(entry('a+b%2B%C3%BC%3C%26'), { isTruncated: true }))];
  const list = { prefix: 'a b+', startAfter: 'a/b', limit: 1 };
  expect(await storageOf({ maxAttempts: 1 }).list(list)).toEqual({ objects: [listed], nextAfter: listed.key });
  expect(requests).toEqual(['GET /bucket?encoding-type=url&list-type=2&max-keys=1&prefix=a%20b%2B&start-after=a%2Fb']);
  expect(headers[0]).not.toHaveProperty('amz-sdk-request');
});

test.each([
  ['keys that are not escaped', answer(page(entry('100%')))],
  ['another encoding of keys', answer(page(entry('a'), { form: '' }))],
  ['another number of keys', answer(page(entry('a'), { count: 2 }))],
  ['an end that is missing', answer(page(entry('a')).slice(0, -1))],
  ['a failure', failed(503, 'SlowDown')],
])('a listing with %s is left to the SDK', async (_, script) => {
  scripts = [script, answer(page(entry('a b+ü&lt;&amp;'), { form: '' }))];
  expect(await storageOf({ maxAttempts: 2 }).list({ prefix: 'a' })).toEqual({
    objects: [listed],
    nextAfter: undefined,
  });
  expect(requests).toHaveLength(2);
});

/** A success with a body that does not end, and when its connection is closed. */
function unfinished(body: Script) {
  const closed = Promise.withResolvers<void>();
  scripts = [
    (response) => {
      response.once('close', closed.resolve);
      body(response);
    },
  ];
  return closed.promise;
}

test('a put whose success has a body without an end closes the connection', async () => {
  const closed = unfinished(endless(200));
  expect(await storageOf({ maxAttempts: 1 }).put(picture)).toMatchObject({ outcome: 'stored' });
  await closed;
});

test('a body that trickles is discarded for a limited time', async () => {
  const closed = unfinished((response) => {
    response.writeHead(200, { etag: '"e"' });
    const sending = setInterval(() => response.write('x'), 5);
    response.once('close', () => clearInterval(sending));
  });
  const client = clientOf({ maxAttempts: 1 });
  const response = await createSendDirect(client, 'bucket')(
    { method: 'PUT', key: 'x', body: Buffer.from('abc') },
    [200],
  );
  discardBody(response as NonNullable<typeof response>, 50);
  await closed;
});
