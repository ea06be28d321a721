import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { addressCheck } from './delivery.ts';

/** What the check finds at an address that answers each request with this body. */
async function foundAt(body: string) {
  const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return addressCheck('edge', 'EDGE_BASE_URL', url).run(AbortSignal.timeout(10_000));
}

test('warns about each step that the edge cannot do, with a fix', async () => {
  expect(await foundAt(JSON.stringify({ status: 'ok', off: ['face detection'] }))).toEqual([
    { result: 'ok', message: 'EDGE_BASE_URL answers' },
    {
      result: 'warning',
      message: 'face detection is off: a model or its runtime is not installed',
      fix: expect.stringContaining('docs/models.md'),
    },
  ]);
});

test('says what the edge finds faces with', async () => {
  expect(await foundAt(JSON.stringify({ status: 'ok', faces: 'onnxruntime-web' }))).toEqual([
    { result: 'ok', message: 'EDGE_BASE_URL answers' },
    { result: 'ok', message: 'faces are detected with onnxruntime-web' },
  ]);
});

test.each(['{"status":"ok"}', 'OK', '[1]'])('has no warning for an address that answers %s', async (body) => {
  expect(await foundAt(body)).toEqual([{ result: 'ok', message: 'EDGE_BASE_URL answers' }]);
});
