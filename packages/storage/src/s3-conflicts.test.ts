import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createS3Client, createS3Storage, ensureBucket, type ObjectStorage } from './index.ts';

const { s3 } = inject('servers');
const bucket = `conflicts-${randomUUID()}`;
const direct = createS3Storage({ client: createS3Client({ ...s3, maxAttempts: 1 }), bucket });

beforeAll(() =>
  ensureBucket(createS3Client({ ...s3 }), { bucket, corsOrigins: ['https://shop.test'], corsMethods: ['PUT'] }),
);

type Conflict = () => Promise<unknown>;
const nothing: Conflict = async () => {};

/** Each write of this storage takes one entry of `conflicts`; without entries, requests go through to the real server. */
let storage: ObjectStorage;
let conflicts: Conflict[];
let conflictCount: number;
let close: () => void;

beforeEach(async () => {
  conflicts = [];
  conflictCount = 0;
  const server = createServer(async (incoming, response) => {
    const isWrite = incoming.method === 'PUT' || incoming.method === 'POST';
    const conflict = isWrite ? conflicts.shift() : undefined;
    if (!conflict) return forward(incoming, response);
    conflictCount += 1;
    await incoming.resume().toArray();
    await conflict();
    response.writeHead(409, { 'content-type': 'application/xml' });
    response.end('<Error><Code>ConditionalRequestConflict</Code><Message>x</Message></Error>');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createS3Client({ ...s3, endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1 });
  storage = createS3Storage({ client, bucket });
  close = () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  };
});
afterEach(() => close());

/** Keeps the headers unchanged: the host is signed. */
function forward(incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url = '/', headers } = incoming;
  const { hostname, port } = new URL(s3.endpoint);
  const outgoing = request({ hostname, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  incoming.pipe(outgoing);
}

const key = () => `images/${randomUUID()}.jpg`;
const object = (name: string, text: string) => ({
  key: name,
  body: Buffer.from(text),
  contentType: 'image/jpeg',
  cacheControl: 'private',
});
async function textAt(name: string): Promise<string | undefined> {
  const found = await direct.open(name);
  return found && Buffer.concat(await Array.fromAsync(found.body)).toString();
}
async function etagOf(name: string): Promise<string> {
  return (await direct.head(name))?.etag ?? '';
}

describe('a conflict of a conditional write', () => {
  test('in which nothing was stored: the write is retried', async () => {
    const name = key();
    conflicts = [nothing, nothing];
    expect(await storage.put({ ...object(name, 'ours'), ifAbsent: true })).toMatchObject({ outcome: 'stored' });
    const ifMatch = await etagOf(name);
    conflicts = [nothing];
    expect(await storage.put({ ...object(name, 'ours, again'), ifMatch })).toMatchObject({ outcome: 'stored' });
    expect(await textAt(name)).toBe('ours, again');
    expect(conflictCount).toBe(3);
  });

  test('with an earlier write is a failed precondition, and nothing is overwritten', async () => {
    const name = key();
    conflicts = [() => direct.put(object(name, 'theirs'))];
    const absent = { ...object(name, 'ours'), ifAbsent: true };
    expect(await storage.put(absent)).toEqual({ outcome: 'precondition-failed' });
    const ifMatch = await etagOf(name);
    conflicts = [() => direct.put(object(name, 'theirs, again'))];
    expect(await storage.put({ ...object(name, 'ours'), ifMatch })).toEqual({ outcome: 'precondition-failed' });
    expect(await textAt(name)).toBe('theirs, again');
  });

  test('with a delete of the object to replace is a failed precondition', async () => {
    const name = key();
    await direct.put(object(name, 'old'));
    conflicts = [() => direct.delete(name)];
    const replacement = { ...object(name, 'new'), ifMatch: await etagOf(name) };
    expect(await storage.put(replacement)).toEqual({ outcome: 'precondition-failed' });
    expect(await textAt(name)).toBeUndefined();
  });
});

const unconditional = (name: string) => storage.put(object(name, 'ours'));
const absent = (name: string) => storage.put({ ...object(name, 'ours'), ifAbsent: true });
const parts = async (name: string) => completePart(await beginPart(name));

test.each([
  ['a write without a condition', unconditional],
  ['a conditional write', absent],
  ['a completion', parts],
])('%s that meets only conflicts is a retryable error after five attempts', async (_, write) => {
  conflicts = Array(20).fill(nothing);
  await expect(write(key())).rejects.toMatchObject({ code: 'storage-unavailable', retryable: true });
  expect(conflictCount).toBe(5);
});

test('a write without a condition is retried after a conflict', async () => {
  const name = key();
  conflicts = [nothing];
  expect(await unconditional(name)).toMatchObject({ outcome: 'stored' });
  expect(await textAt(name)).toBe('ours');
});

/** An upload of one part. */
async function beginPart(name: string) {
  const about = { contentType: 'image/jpeg', cacheControl: 'private', metadata: {} };
  const upload = { key: name, uploadId: await direct.multipart.create({ key: name, ...about }) };
  const wanted = { ...upload, parts: [{ partNumber: 1, contentLength: 4 }], expiresInSeconds: 60 };
  const [{ url } = { url: '' }] = (await direct.multipart.presignParts(wanted)).parts;
  await fetch(url, { method: 'PUT', body: 'part' });
  return { ...upload, parts: (await direct.multipart.parts(upload)) ?? [] };
}
const completePart = (upload: Awaited<ReturnType<typeof beginPart>>) => storage.multipart.complete(upload);

describe('a conflict of a completion', () => {
  test('in which nothing was assembled: the completion is retried', async () => {
    const upload = await beginPart(key());
    conflicts = [nothing];
    expect(await completePart(upload)).toBe('completed');
    expect(await textAt(upload.key)).toBe('part');
  });

  test('with another completion, or with an abort, ends as no-such-upload', async () => {
    const [completed, aborted] = [await beginPart(key()), await beginPart(key())];
    conflicts = [() => direct.multipart.complete(completed)];
    expect(await completePart(completed)).toBe('no-such-upload');
    expect(await textAt(completed.key)).toBe('part');
    conflicts = [() => direct.multipart.abort(aborted)];
    expect(await completePart(aborted)).toBe('no-such-upload');
    expect(await textAt(aborted.key)).toBeUndefined();
  });
});

test('an aborted call sends no further requests', async () => {
  const controller = new AbortController();
  conflicts = [async () => controller.abort(), nothing];
  const write = storage.put({ ...object(key(), 'ours'), ifAbsent: true }, { signal: controller.signal });
  await expect(write).rejects.toMatchObject({ code: 'storage-unavailable' });
  expect(conflictCount).toBe(1);
});
