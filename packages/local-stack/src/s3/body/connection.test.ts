import { readdir } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, onTestFinished, test, vi } from 'vitest';
import { rawRequest } from '../test-support/raw-request.ts';
import { bucket, startTestServer, type TestServer } from '../test-support/start-test-server.ts';

function presignPut({ plain }: TestServer): Promise<string> {
  return getSignedUrl(plain, new PutObjectCommand({ Bucket: bucket, Key: 'cat.jpg' }));
}

function singleConnection(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

function openSocket({ port }: TestServer): { socket: Socket; closed: Promise<unknown> } {
  const socket = connect(port, '127.0.0.1').resume();
  // The test writes after the server has closed the connection.
  socket.on('error', () => undefined);
  return { socket, closed: new Promise((resolve) => socket.once('close', resolve)) };
}

async function listed({ s3 }: TestServer): Promise<number> {
  return (await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount ?? 0;
}

test('keeps the connection usable after it rejects a PUT with a body', async () => {
  const server = await startTestServer();
  const agent = singleConnection();
  const refused = await rawRequest(`${server.endpoint}/${bucket}/a`, {
    method: 'PUT',
    agent,
    body: Buffer.alloc(1_000_000),
  });
  const stored = await rawRequest(await presignPut(server), { method: 'PUT', agent, body: 'meow' });
  expect([refused.status, stored.status]).toEqual([403, 200]);
  expect(stored.localPort).toBe(refused.localPort);
});

test('closes the connection instead of reading an endless rejected body', async () => {
  const server = await startTestServer();
  const { socket, closed } = openSocket(server);
  socket.write(`PUT /${bucket}/a HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000000\r\n\r\n`);
  const chunk = Buffer.alloc(64 * 1024);
  const write = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', write);
  write();
  await closed;
});

test('sends 100 Continue only if it will read the body', async () => {
  const server = await startTestServer();
  const put = (url: string) =>
    new Promise<{ status: number | undefined; asked: boolean; connection: string | undefined }>((resolve, reject) => {
      let asked = false;
      const outgoing = request(url, { method: 'PUT', headers: { expect: '100-continue', 'content-length': 4 } });
      outgoing.on('continue', () => {
        asked = true;
        outgoing.end('meow');
      });
      outgoing.on('response', (incoming) => {
        incoming.resume();
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode, asked, connection: incoming.headers.connection }),
        );
      });
      outgoing.on('error', (error) => asked || reject(error));
      outgoing.flushHeaders();
    });
  expect(await put(await presignPut(server))).toMatchObject({ status: 200, asked: true });
  expect(await put(`${server.endpoint}/${bucket}/a`)).toEqual({ status: 403, asked: false, connection: 'close' });
});

test('stores nothing of an interrupted upload, and leaves no file', async () => {
  const server = await startTestServer();
  const url = await presignPut(server);
  const outgoing = request(url, { method: 'PUT', headers: { 'content-length': 1_000_000 } });
  outgoing.on('error', () => undefined);
  outgoing.write(Buffer.alloc(300_000));
  const incoming = join(server.dataDir, 'incoming');
  await vi.waitFor(async () => expect(await readdir(incoming)).toHaveLength(1));
  outgoing.destroy();
  await vi.waitFor(async () => expect(await readdir(incoming)).toHaveLength(0));
  expect(await listed(server)).toBe(0);
  expect(await readdir(join(server.dataDir, 'blobs'))).toEqual([]);
});

test('stores nothing of an interrupted form', async () => {
  const server = await startTestServer();
  const { socket, closed } = openSocket(server);
  const part = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nmeow';
  const head = `POST /${bucket} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n`;
  socket.write(`${head}content-type: multipart/form-data; boundary=b\r\n\r\n${part}`, () => socket.destroy());
  await closed;
  expect(await listed(server)).toBe(0);
});

test('requires the length of a body', async () => {
  const server = await startTestServer();
  const headers = { 'transfer-encoding': 'chunked' };
  const response = await rawRequest(await presignPut(server), { method: 'PUT', headers, body: 'meow' });
  expect(response.status).toBe(411);
});
