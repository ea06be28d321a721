import { createQueueViews } from '@imagemill/queue';
import { sign } from 'hono/jwt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiHarness, FOLLOW_TOKEN_SECRET } from '../test-support/api-harness.ts';

type Harness = Awaited<ReturnType<typeof createApiHarness>>;
const secret = 'a secret of this test, for board sessions';
let plain: Harness;
let api: Harness;
beforeAll(async () => {
  plain = await createApiHarness();
  const env = { BOARD_SESSION_SECRET: [secret] as const, API_BASE_URL: 'https://api.test' };
  api = await createApiHarness({ beside: plain, env });
});
afterAll(() => Promise.all([api.close(), plain.close()]));

const session = async () => {
  const { headers } = await api.call('POST', '/v1/board-sessions', undefined, api.keys.admin);
  return headers.get('set-cookie') ?? '';
};
const look = (path: string, cookie: string, method = 'GET') =>
  api.app.request(`/board${path}`, { method, headers: { cookie: cookie.split(';')[0] ?? '' } });

test('an admin key gets a session cookie that is HttpOnly, SameSite=Strict and limited to the board', async () => {
  const attributes = (await session()).split('; ').slice(1);
  expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=900', 'Path=/board', 'SameSite=Strict', 'Secure'].sort());
  expect((await api.call('POST', '/v1/board-sessions')).body.code).toBe('missing-scope');
});

test("shows the queues' jobs with a session", async () => {
  const photo = { filename: 'a.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'product' };
  await api.call('POST', '/v1/images/upload-url', photo);
  const cookie = await session();
  const page = await look('', cookie);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(await page.text()).toContain('<base href="/board');
  const { queues } = (await (await look('/api/queues', cookie)).json()) as {
    queues: { name: string; counts: object }[];
  };
  expect(queues.map(({ name }) => name).sort()).toEqual(['purges', 'render', 'webhooks']);
  expect(queues.find(({ name }) => name === 'render')?.counts).toMatchObject({ delayed: 1 });
});

test('the board is read-only: jobs change through redrive and discard only', async () => {
  const cookie = await session();
  for (const path of ['/api/queues/render/empty', '/api/queues/render/pause', '/api/queues/render/promote']) {
    expect((await look(path, cookie, 'PUT')).status, path).toBe(405);
  }
  await look('/api/queues/pause', cookie, 'PUT');
  const [view] = createQueueViews({ connection: plain.redis, prefix: plain.prefix });
  expect(await view?.isPaused()).toBe(false);
});

test.each(['', '/', '/api/queues', '/static/favicon-32x32.png', '/queue/render'])(
  'shows nothing of the board without a session: %s',
  async (path) => {
    expect((await look(path, '')).status).toBe(401);
  },
);

test('rejects a session that is forged, expired, longer than any issued one, or signed for another purpose', async () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: 'imagemill:board', tenant: 'acme', exp: now + 60 };
  const sessionOf = async (payload: object, by = secret) =>
    `imagemill-board=${await sign({ ...payload }, by, 'HS256')}`;
  expect((await look('', await sessionOf(claims))).status).toBe(200);
  for (const cookie of [
    await sessionOf(claims, FOLLOW_TOKEN_SECRET),
    await sessionOf({ ...claims, exp: now - 1 }),
    await sessionOf({ ...claims, exp: now + 24 * 3600 }),
    await sessionOf({ ...claims, aud: 'imagemill:follow' }),
    'imagemill-board=x.y.z',
  ]) {
    expect((await look('', cookie)).status).toBe(401);
  }
});

test('serves no board without BOARD_SESSION_SECRET', async () => {
  expect((await plain.app.request('/board')).status).toBe(404);
  expect((await plain.call('POST', '/v1/board-sessions', undefined, plain.keys.admin)).body.code).toBe('board-is-off');
});
