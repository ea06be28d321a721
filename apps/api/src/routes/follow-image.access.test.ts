import { ImageId } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLiveHarness, type LiveHarness } from '../test-support/live-harness.ts';

let api: LiveHarness;
beforeAll(async () => {
  api = await createLiveHarness();
});
afterAll(() => api.close());

const withToken = (imageId: string, token: string) => fetch(`${api.base}/v1/images/${imageId}/events?token=${token}`);
const code = async (response: Response) => [response.status, (await response.json()).code];

test("another tenant's image is not found", async () => {
  const { imageId } = await api.ticket();
  const answer = await api.open(imageId, { authorization: `Bearer ${api.keys.other}` });
  expect(await code(answer)).toEqual([404, 'image-not-found']);
});

test('an unknown image is not found, and leaves no state behind', async () => {
  const imageId = ImageId.parse(uuidv7());
  expect(await code(await api.open(imageId))).toEqual([404, 'image-not-found']);
  await vi.waitUntil(() => !api.live.isFollowed(imageId));
});

test("a follow token opens only its own image's stream", async () => {
  const [mine, other] = [await api.ticket(), await api.ticket()];
  const [opened, refused] = [await withToken(mine.imageId, mine.token), await withToken(other.imageId, mine.token)];
  expect([opened.status, refused.status]).toEqual([200, 401]);
  await opened.body?.cancel();
});

test('a follow token in the query reads only the live events', async () => {
  const { imageId, token } = await api.ticket();
  expect((await fetch(`${api.base}/v1/images/${imageId}?token=${token}`)).status).toBe(401);
  expect((await fetch(`${api.base}/v1/images/${imageId}/events?token=${token}`, { method: 'POST' })).status).toBe(401);
});

test('a follow token opens at least three times the connections that it may hold, and no endless number within seconds', async () => {
  const small = await createLiveHarness({ env: { MAX_LISTENERS_PER_TOKEN: 2 } });
  const [image, other] = [await small.ticket(), await small.ticket()];
  const ask = ({ imageId, token }: { imageId: string; token: string }, kind: 'events' | 'ws') =>
    fetch(`${small.base}/v1/images/${imageId}/${kind}?token=${token}`);
  let others = 0;
  // More than six if a busy machine does not send as many within ten seconds.
  const refused = await vi.waitUntil(async () => {
    const answer = await ask(image, 'events');
    if (answer.status === 429 && (await answer.clone().json()).code === 'rate-limited') return answer;
    others += 1;
    await answer.body?.cancel();
    return undefined;
  });
  expect(others).toBeGreaterThanOrEqual(6);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10);
  expect((await ask(other, 'ws')).status).toBe(426);
  const byKey = await small.open(image.imageId);
  expect(byKey.status).toBe(200);
  await byKey.body?.cancel();
  await small.close();
});

test('an API key in the query is rejected, since URLs end up in logs', async () => {
  const { imageId } = await api.ticket();
  expect(await code(await withToken(imageId, api.keys.acme))).toEqual([401, 'unauthorized']);
});

test('a ticket has the URL of its events', async () => {
  const photo = { filename: 'shoe.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'product' };
  const { body } = await api.call('POST', '/v1/images/upload-url', photo);
  expect(body.eventsUrl).toBe(`http://api.test/v1/images/${body.imageId}/events`);
});

test('a stream is not cached or buffered by proxies, and sets the reconnection delay', async () => {
  const { imageId } = await api.ticket();
  const stream = await api.follow(imageId);
  await stream.until('status');
  expect(Object.fromEntries(stream.response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  expect(stream.retries).toEqual([2_000]);
  await stream.leave();
});

test('a HEAD takes no place, and a listener that disconnects frees its place', async () => {
  const small = await createLiveHarness({ env: { MAX_LISTENERS: 1 } });
  const { imageId } = await small.ticket();
  const auth = { authorization: `Bearer ${small.keys.acme}` };
  const head = await fetch(`${small.base}/v1/images/${imageId}/events`, { method: 'HEAD', headers: auth });
  expect(head.status).toBe(200);
  const first = await small.follow(imageId);
  expect(first.response.status).toBe(200);
  const full = await small.open(imageId);
  expect(full.headers.get('retry-after')).toBe('10');
  expect(await code(full)).toEqual([503, 'no-room-to-listen']);
  await first.leave();
  const again = await vi.waitUntil(async () => {
    const answer = await small.open(imageId);
    return answer.status === 200 ? answer : undefined;
  });
  await again.body?.cancel();
  await small.close();
});

test('a tenant at its limit of listeners is rejected, while others are accepted', async () => {
  const small = await createLiveHarness({ env: { MAX_LISTENERS_PER_TENANT: 1 } });
  const { imageId } = await small.ticket();
  const first = await small.follow(imageId);
  expect(await code(await small.open(imageId))).toEqual([429, 'too-many-listeners']);
  const other = await small.open(imageId, { authorization: `Bearer ${small.keys.other}` });
  // Not rejected by the limit: the image belongs to another tenant.
  expect(await code(other)).toEqual([404, 'image-not-found']);
  await first.leave();
  await small.close();
});
