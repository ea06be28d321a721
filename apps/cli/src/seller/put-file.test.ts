import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putFile } from './put-file.ts';

let dir: string;
let path: string;
const SIZE = 100_000;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-put-'));
  path = join(dir, 'photo.jpg');
  await writeFile(path, Buffer.alloc(SIZE, 'x'));
});
afterAll(() => rm(dir, { recursive: true }));

async function put(listener: RequestListener, sizeBytes = SIZE, file = path) {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/photo?X-Amz-Signature=secret`;
  const sent: number[] = [];
  try {
    await putFile(file, sizeBytes, { url, headers: {} }, (bytes) => sent.push(bytes));
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return sent.at(-1);
}

test('sends what was announced, also of a file that has grown, and tells how far it is', async () => {
  let received = 0;
  const take: RequestListener = (request, response) => {
    request.on('data', (chunk: Buffer) => (received += chunk.length)).once('end', () => response.end());
  };
  expect(await put(take, SIZE - 10)).toBe(SIZE - 10);
  expect(received).toBe(SIZE - 10);
});

test('says that a file changed when it has less than was announced', async () => {
  await expect(put((request) => request.resume(), SIZE + 10)).rejects.toThrow('it changed while it was uploaded');
});

test('says that a file is gone', async () => {
  await expect(put((request) => request.resume(), SIZE, `${path}.gone`)).rejects.toThrow("it can't be read (ENOENT)");
});

test("passes on the storage's reason for a refusal", async () => {
  const refuse: RequestListener = (_request, response) => {
    response.statusCode = 403;
    response.end('<Error><Message>Request has expired</Message></Error>');
  };
  await expect(put(refuse)).rejects.toThrow('the storage refused the upload (403): Request has expired');
});

test('names a storage that is away, without the signature', async () => {
  const attempt = putFile(path, SIZE, { url: 'http://127.0.0.1:1/x?X-Amz-Signature=secret', headers: {} }, () => {});
  await expect(attempt).rejects.toThrow(
    /the storage at http:\/\/127\.0\.0\.1:1 does not take the upload: .*ECONNREFUSED/,
  );
  await expect(attempt).rejects.not.toThrow('secret');
});

test('says of a storage that breaks off its answer which one it was', async () => {
  const breakOff: RequestListener = (request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-length': 10 }).write('short', () => response.destroy());
    });
  };
  await expect(put(breakOff)).rejects.toThrow(/^the storage at http:\/\/127\.0\.0\.1:\d+ does not take the upload: /);
});
