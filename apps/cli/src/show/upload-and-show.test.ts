import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createImagemill, type Imagemill } from '@imagemill/client';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { uploadAndShow } from './upload-and-show.ts';

const photo = {
  path: fileURLToPath(new URL('../../../../examples/photos/avatar.jpg', import.meta.url)),
  category: 'avatar',
};
const imageId = '01a206fb-7c1e-7d3a-9f00-2b8f0c5d9e11';

/** The response of the server that stands in for API and storage, and its requests so far. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let requests: string[] = [];
const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url}`);
  request.resume().once('end', () => answer(request, response));
});
let imagemill: Imagemill;
let baseUrl: string;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  imagemill = createImagemill({ baseUrl, apiKey: 'key', attemptsMax: 1 });
});
beforeEach(() => {
  requests = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function shown(work: () => Promise<unknown>): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await work();
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

test('reports a refused key once, and does not use it for the remaining files', async () => {
  answer = (_request, response) => response.writeHead(401).end('{"code":"unauthorized","detail":"x"}');
  const out = await shown(() => uploadAndShow(imagemill, new Array(30).fill(photo)));
  expect(requests.length).toBeLessThanOrEqual(4);
  expect(out.match(/This API key is not valid\. Pass another with --key\./g)).toHaveLength(1);
  expect(out).toContain('\n30 not uploaded.\n');
});

test('Ctrl-C keeps the images that are uploaded, and uploads no others', async () => {
  const interrupted = new AbortController();
  let followed = 0;
  answer = (request, response) => {
    if (request.url?.endsWith('/upload-url')) {
      const ticket = { imageId, method: 'PUT', uploadUrl: `${baseUrl}/bucket`, headers: {}, expiresAt: '2999-01-01' };
      response.writeHead(201).end(JSON.stringify(ticket));
    } else if (request.url?.endsWith('/complete')) {
      const image = { imageId, status: 'queued', renditions: [], progress: { done: 0, total: 12 } };
      response.writeHead(202).end(JSON.stringify(image));
    } else if (request.url?.endsWith('/events')) {
      followed += 1;
      if (followed === 4) interrupted.abort(new Error('interrupted'));
    } else response.end();
  };
  const { signal } = interrupted;
  const out = await shown(() => uploadAndShow(imagemill, new Array(9).fill(photo), { signal }));
  expect(requests.filter((request) => request.startsWith('DELETE'))).toEqual([]);
  expect(out).toContain(`avatar.jpg: still processing (${imageId})`);
  expect(out).toContain('\nInterrupted: 4 still processing, 5 not uploaded.\n');
});
