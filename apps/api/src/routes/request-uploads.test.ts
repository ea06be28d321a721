import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ApiHarnessOptions, createApiHarness, photo } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});

const photos = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...photo, filename: `shoe-${index}.jpg` }));

async function start(options: ApiHarnessOptions = {}) {
  const api = await createApiHarness(options);
  open.push(api);
  const ask = (images: unknown, headers: Record<string, string> = {}) =>
    api.call('POST', '/v1/images/upload-urls', { images }, api.keys.acme, headers);
  const tickets = async (...args: Parameters<typeof ask>) => {
    const { status, body } = await ask(...args);
    expect(status).toBe(201);
    return z.array(UploadTicket).parse(body.tickets);
  };
  return { ...api, ask, tickets };
}

describe('many tickets in one call', () => {
  test('come in the order of their requests, each with a URL that accepts its upload and a waiting job', async () => {
    const api = await start();
    const tickets = await api.tickets(photos(100));
    expect(new Set(tickets.map(({ imageId }) => imageId)).size).toBe(100);
    const names = tickets.map(({ headers }) => headers['x-amz-meta-filename']);
    expect(names).toEqual(photos(100).map(({ filename }) => filename));
    for (const { imageId, uploadUrl, headers } of [tickets[0], tickets[99]].flatMap((ticket) => ticket ?? [])) {
      expect((await fetch(uploadUrl, { method: 'PUT', headers, body: 'hello' })).status).toBe(200);
      expect((await api.call('POST', `/v1/images/${imageId}/complete`)).body.status).toBe('queued');
    }
    const found = await Promise.all(tickets.map(({ imageId }) => api.queue.find(imageId)));
    expect(found.map((job) => job?.image.filename)).toEqual(photos(100).map(({ filename }) => filename));
  });

  test('may have file names and metadata of the maximum length', async () => {
    const api = await start();
    const metadata = Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [`k${index}`.padEnd(40, 'x'), randomBytes(128).toString('hex')]),
    );
    const images = photos(100).map((each) => ({ ...each, filename: `${'f'.repeat(251)}.jpg`, metadata }));
    expect(await api.tickets(images)).toHaveLength(100);
  });

  test('are all or none: one invalid request is named, and none of the others gets a ticket', async () => {
    const api = await start({ env: { MAX_UNFINISHED_IMAGES: 2 } });
    const { status, body } = await api.ask([photo, { ...photo, category: 'x' }]);
    expect({ status, code: body.code, field: body.field }).toEqual({
      status: 422,
      code: 'unknown-category',
      field: 'images.1.category',
    });
    expect(await api.tickets(photos(2))).toHaveLength(2);
  });

  test.each([
    ['no request at all', []],
    ['more than a hundred', photos(101)],
    ['no list', photo],
  ])('are rejected for %s', async (_what, images) => {
    const { status, body } = await (await start()).ask(images);
    expect({ status, field: body.field }).toEqual({ status: 422, field: 'images' });
  });
});

describe('the limits of many tickets', () => {
  test('each counts towards the rate limit, and no call can request more than a window has', async () => {
    const { ask } = await start({ env: { RATE_LIMIT_TICKETS: 10, RATE_LIMIT_WINDOW_SECONDS: 600 } });
    expect((await ask(photos(11))).body).toMatchObject({ code: 'invalid-field', field: 'images' });
    const first = await ask(photos(6));
    expect([first.status, first.headers.get('ratelimit-remaining')]).toEqual([201, '3']);
    const refused = await ask(photos(6));
    expect([refused.status, refused.body.code]).toEqual([429, 'rate-limited']);
    expect(refused.headers.get('retry-after')).toBe(refused.headers.get('ratelimit-reset'));
  });

  test('a limit of unfinished images with too few places left admits none of them', async () => {
    const { ask, tickets } = await start({ env: { MAX_UNFINISHED_IMAGES: 5 } });
    await tickets(photos(3));
    expect((await ask(photos(3))).body.code).toBe('too-many-unfinished');
    expect(await tickets(photos(2))).toHaveLength(2);
    expect((await ask([photo])).body.code).toBe('too-many-unfinished');
  });

  test('without Redis there is no URL', async () => {
    const { ask } = await start({ redisUrl: 'redis://127.0.0.1:1' });
    const { status, body } = await ask(photos(3));
    expect([status, body.code, body.tickets]).toEqual([503, 'queue-unavailable', undefined]);
  });
});

test('an Idempotency-Key returns the same tickets, and rejects another list', async () => {
  const { ask, tickets } = await start();
  const key = { 'idempotency-key': 'k1' };
  const [first, again] = await Promise.all([tickets(photos(3), key), tickets(photos(3), key)]);
  expect(again).toEqual(first);
  expect((await ask(photos(3), key)).headers.get('idempotent-replayed')).toBe('true');
  expect((await ask(photos(4), key)).body.code).toBe('idempotency-key-reused');
});
