import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApiClient } from './api-client.ts';
import { uploadPhoto } from './upload-photo.ts';

const photo = fileURLToPath(new URL('../../../../examples/photos/avatar.jpg', import.meta.url));
const image = (status: string) => ({ imageId: '1', status, progress: { done: 0, total: 1 }, renditions: [] });
const away = { code: 'unavailable', detail: 'try again' };

/** An API and a storage in one, whose API gives these answers in turn. */
const answers: [status: number, body: unknown, headers?: Record<string, string>][] = [];
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    if (request.method === 'PUT') return response.end();
    const [status, body, headers] = answers.shift() ?? [500, {}];
    return response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
});
let apiUrl: string;
beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers.splice(0, answers.length, [200, { imageId: '1', uploadUrl: `${apiUrl}/photo`, headers: {} }]);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const upload = () => uploadPhoto(createApiClient({ apiUrl, apiKey: 'key' }), photo, 'avatar', () => {});

test('waits for an API that is away once the photograph is uploaded, as long as it says', async () => {
  const soon = { 'retry-after': '0.01' };
  answers.push([503, away, soon], [200, image('uploaded')], [503, away, soon], [200, image('ready')]);
  expect((await upload()).image.status).toBe('ready');
});

test('does not wait for an API that says it is away for longer than anybody watches', async () => {
  answers.push([503, away, { 'retry-after': '3600' }]);
  await expect(upload()).rejects.toThrow('unavailable: try again');
});

test.each([
  ['a page', '<html>'],
  ['JSON of another program', { hello: 'world' }],
])('says of %s that it is no imagemill API', async (_what, body) => {
  answers.splice(0, 1, [200, body]);
  await expect(upload()).rejects.toThrow(`${apiUrl} is no imagemill API (200).`);
});
