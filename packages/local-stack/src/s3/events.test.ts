import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createEventPublisher } from './events.ts';
import type { StoredObject } from './store/stored-object.ts';
import { bucket, startTestServer } from './test-support/start-test-server.ts';

interface Received {
  readonly authorization: string | undefined;
  readonly records: { eventName: string; s3: { bucket: { name: string }; object: Record<string, unknown> } }[];
}

async function startWebhook(answer: (response: ServerResponse) => void = (response) => response.end()) {
  const received: Received[] = [];
  const server = createServer(async (incoming: IncomingMessage, response) => {
    const { Records: records } = JSON.parse(await text(incoming));
    received.push({ authorization: incoming.headers.authorization, records });
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, received };
}

async function presignedPost(client: S3Client): Promise<[url: string, init: RequestInit]> {
  const { url, fields } = await createPresignedPost(client, { Bucket: bucket, Key: 'posted' });
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...fields, file: 'meow' })) body.append(name, value);
  return [url, { method: 'POST', body }];
}

test('posts an event for every way to create an object, in order', async () => {
  const { url, received } = await startWebhook();
  const { plain } = await startTestServer({ eventWebhook: { url, headers: { authorization: 'Bearer token' } } });
  const at = { Bucket: bucket, Key: 'a b/é+.jpg' };
  await plain.send(new PutObjectCommand({ ...at, Body: 'meow' }));
  const { UploadId } = await plain.send(new CreateMultipartUploadCommand(at));
  const { ETag } = await plain.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'part' }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await plain.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }));
  await fetch(...(await presignedPost(plain)));
  await vi.waitFor(() => expect(received).toHaveLength(3));
  const records = received.flatMap((event) => event.records);
  expect(records.map((record) => record.eventName)).toEqual([
    'ObjectCreated:Put',
    'ObjectCreated:CompleteMultipartUpload',
    'ObjectCreated:Post',
  ]);
  expect(records[0]).toMatchObject({
    eventSource: 'aws:s3',
    s3: {
      bucket: { name: bucket },
      object: { key: 'a+b/%C3%A9%2B.jpg', size: 4, eTag: '4a4be40c96ac6314e91d93f38043a634' },
    },
  });
  const sequencers = records.map((record) => String(record.s3.object.sequencer));
  expect(sequencers.toSorted()).toEqual(sequencers);
  expect(received[0]?.authorization).toBe('Bearer token');
});

test('posts no event for a rejected write', async () => {
  const { url, received } = await startWebhook();
  const { s3 } = await startTestServer({ eventWebhook: { url } });
  const put = (Key: string, options = {}) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'meow', ...options }));
  await put('a');
  await expect(put('a', { IfNoneMatch: '*' })).rejects.toThrow();
  await put('b');
  await vi.waitFor(() => expect(received).toHaveLength(2));
  expect(received.map((event) => event.records[0]?.s3.object.key)).toEqual(['a', 'b']);
});

test('delays neither a write nor a stop when the webhook never answers', async () => {
  const { url, received } = await startWebhook(() => undefined);
  const { s3 } = await startTestServer({ eventWebhook: { url } });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'meow' }));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'b', Body: 'meow' }));
  await vi.waitFor(() => expect(received).toHaveLength(1));
});

const object: StoredObject = {
  sequence: 1,
  key: 'a',
  modifiedAt: new Date(0),
  blob: 'blob',
  size: 1,
  etag: 'etag',
  headers: {},
  checksum: undefined,
};

test('retries a few times, then drops that event and continues with the next', async () => {
  const statuses = [500, 503, 500, 200];
  const { url, received } = await startWebhook((response) => response.writeHead(statuses.shift() ?? 500).end());
  const logged: string[] = [];
  const publisher = createEventPublisher({
    webhook: { url },
    region: 'us-east-1',
    retryDelaysMs: [1, 1],
    log: (line) => logged.push(line),
  });
  onTestFinished(() => publisher.close());
  publisher.publish('ObjectCreated:Put', bucket, { ...object, key: 'lost' });
  publisher.publish('ObjectCreated:Put', bucket, { ...object, key: 'next' });
  await vi.waitFor(() => expect(received).toHaveLength(4));
  expect(received.map((event) => event.records[0]?.s3.object.key)).toEqual(['lost', 'lost', 'lost', 'next']);
  expect(logged).toEqual([expect.stringContaining('status 500')]);
});

test('posts events only for keys with the prefix', async () => {
  const { url, received } = await startWebhook();
  const { plain } = await startTestServer({ eventWebhook: { url, keyPrefix: 'originals/' } });
  for (const Key of ['images/a', 'originals/b', 'originals', 'manifests/originals/c', 'originals/d']) {
    await plain.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'meow' }));
  }
  await vi.waitFor(() => expect(received).toHaveLength(2));
  expect(received.map(({ records }) => records[0]?.s3.object.key)).toEqual(['originals/b', 'originals/d']);
});
