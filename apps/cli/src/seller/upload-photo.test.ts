import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createImagemill } from '@imagemill/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explanation } from '../explain.ts';
import { uploadPhoto } from './upload-photo.ts';

const photo = fileURLToPath(new URL('../../../../examples/photos/avatar.jpg', import.meta.url));

/** The response of the server that stands in for an API. */
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

const options = {
  category: 'avatar',
  signal: new AbortController().signal,
  onProgress: () => {},
  onSize: () => {},
  onImage: () => {},
};
const trouble = () =>
  uploadPhoto(createImagemill({ baseUrl, apiKey: 'key', attemptsMax: 1 }), photo, options).then(
    () => 'none',
    explanation,
  );

test.each([
  ['a page', '<html>'],
  ['JSON of another program', '{"hello":"world"}'],
  ['no object', 'null'],
])('says that %s is not from an imagemill API', async (_what, body) => {
  answer = { status: 200, body };
  expect(await trouble()).toContain('The response is not from an imagemill API. Check the address.');
});

test.each([
  [503, 'queue-unavailable', 'The service is temporarily unavailable. Try again in a moment.'],
  [503, 'brand-new', 'In the words of the API.'],
  [401, 'unauthorized', 'This API key is not valid. Pass another with --key.'],
])('translates the code of a %s: %s', async (status, code, words) => {
  answer = { status, body: JSON.stringify({ code, detail: 'In the words of the API.' }) };
  expect(await trouble()).toBe(words);
});

test('reports why an API cannot be reached', async () => {
  server.close();
  expect(await trouble()).toMatch(
    /^The connection failed\. Check your network, then try again\. \(.*ECONNREFUSED.*\)$/,
  );
});
