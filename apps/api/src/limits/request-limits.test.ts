import { expect, test } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';
import { operationsOf } from '../test-support/operations.ts';

const ID = '01a206fb-fa12-72e2-9c6c-2ad9049d1cfa';
const photo = { filename: 'a.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'product' };
const WINDOW = { RATE_LIMIT_WINDOW_SECONDS: 3600 };

test('every call of a tenant counts towards one of its limits, and other tenants are not affected', async () => {
  const env = { ...WINDOW, RATE_LIMIT_READS: 2, RATE_LIMIT_CHANGES: 2, RATE_LIMIT_TICKETS: 2 };
  const api = await createApiHarness({ env });
  const calls = operationsOf(api.document).filter(({ scope }) => scope === 'upload');
  const callAll = (key: string) =>
    Promise.all(
      calls.map(async ({ method, path, body, headers }) => {
        const { status } = await api.call(method, path.replace('{id}', ID), body, key, { ...headers });
        return status;
      }),
    );
  await callAll(api.keys.acme);
  expect(await callAll(api.keys.acme)).toEqual(calls.map(() => 429));
  expect(await api.call('GET', `/v1/images/${ID}`, undefined, api.keys.other)).toMatchObject({ status: 404 });
  await api.close();
});

test('a rejected call says when to retry', async () => {
  const api = await createApiHarness({ env: { ...WINDOW, RATE_LIMIT_READS: 1 } });
  await api.call('GET', '/v1/images');
  const { status, body, headers } = await api.call('GET', '/v1/images');
  expect([status, body.code]).toEqual([429, 'rate-limited']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(3_000);
  await api.close();
});

test('a listing counts as a read for each image that it looks up', async () => {
  const api = await createApiHarness({ env: { ...WINDOW, RATE_LIMIT_READS: 5 } });
  for (const _ of [1, 2, 3]) await api.ticket();
  const list = async () => (await api.call('GET', '/v1/images?status=failed')).status;
  expect([await list(), await list(), await list()]).toEqual([200, 200, 429]);
  await api.close();
});

test('tickets that are deleted at once cannot be repeated without end', async () => {
  const api = await createApiHarness({ env: { MAX_DELETIONS_PER_DAY: 2, MAX_UNFINISHED_IMAGES: 1 } });
  const outcomes: unknown[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { body } = await api.call('POST', '/v1/images/upload-url', photo);
    const { status } = await api.call('DELETE', `/v1/images/${String(body.imageId ?? ID)}`);
    outcomes.push(status);
  }
  expect(outcomes.at(-1)).toBe(429);
  await api.close();
});
