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

test.each([
  ['a read for each image that it looks up', 'awaiting-upload', 3, [200, 200, 429]],
  ['one read if the jobs of up to ten images rule its status out', 'failed', 10, [200, 200, 200, 200, 200, 429]],
  ['two reads if those of eleven do', 'failed', 11, [200, 200, 200, 429]],
])('a listing counts as %s', async (_what, status, images, statuses) => {
  const api = await createApiHarness({ env: { ...WINDOW, RATE_LIMIT_READS: 5 } });
  await Promise.all(Array.from({ length: images }, () => api.ticket()));
  const answered: number[] = [];
  for (const _ of statuses) answered.push((await api.call('GET', `/v1/images?status=${status}`)).status);
  expect(answered).toEqual(statuses);
  await api.close();
});

test('a request for an image that does not exist counts as seven', async () => {
  const api = await createApiHarness({ env: { ...WINDOW, RATE_LIMIT_READS: 8, RATE_LIMIT_CHANGES: 8 } });
  const ask = async (method: string) => (await api.call(method, `/v1/images/${ID}`)).status;
  expect([await ask('GET'), await ask('GET'), await ask('GET')]).toEqual([404, 404, 429]);
  expect([await ask('DELETE'), await ask('DELETE'), await ask('DELETE')]).toEqual([404, 404, 429]);
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
