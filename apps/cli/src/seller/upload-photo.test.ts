import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createImagemill } from '@imagemill/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explanation } from '../explain.ts';
import { uploadPhoto } from './upload-photo.ts';

const photo = fileURLToPath(new URL('../../../../examples/photos/avatar.jpg', import.meta.url));

/** What answers in the place of an API. */
let answer: { status: number; body: string };
const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(answer.status).end(answer.body));
});
let baseUrl: string;
beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const trouble = () =>
  uploadPhoto(createImagemill({ baseUrl, apiKey: 'key', attemptsMax: 1 }), photo, 'avatar', () => {}).then(
    () => 'none',
    explanation,
  );

test.each([
  ['a page', '<html>', 'unexpected-answer: The answer is not JSON.'],
  ['JSON of another program', '{"hello":"world"}', 'this is not the address of an imagemill API'],
  ['no object', 'null', 'this is not the address of an imagemill API'],
])('says of %s that it is no imagemill API', async (_what, body, words) => {
  answer = { status: 200, body };
  expect(await trouble()).toBe(words);
});

test("passes on the API's code and words", async () => {
  answer = { status: 503, body: '{"code":"unavailable","detail":"Try again."}' };
  expect(await trouble()).toBe('unavailable: Try again.');
});

test('says why an API can not be reached', async () => {
  server.close();
  expect(await trouble()).toMatch(/^network: The service can not be reached\. \(.*ECONNREFUSED.*\)$/);
});
