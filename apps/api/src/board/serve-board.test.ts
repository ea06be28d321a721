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

test('an admin key gets a session that no script reads, no other site sends, and only the board sees', async () => {
  const attributes = (await session()).split('; ').slice(1);
  expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=900', 'Path=/board', 'SameSite=Strict', 'Secure'].sort());
  expect((await api.call('POST', '/v1/board-sessions')).body.code).toBe('missing-scope');
});

test("with a session the board shows the queues' jobs", async () => {
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
  expect(queues.map(({ name }) => name).sort()).toEqual(['render', 'webhooks']);
  expect(queues.find(({ name }) => name === 'render')?.counts).toMatchObject({ delayed: 1 });
});

test('a board changes nothing: what it would leave out is done by redrive and discard', async () => {
  const cookie = await session();
  for (const path of ['/api/queues/render/empty', '/api/queues/render/pause', '/api/queues/render/promote']) {
    expect((await look(path, cookie, 'PUT')).status, path).toBe(405);
  }
  await look('/api/queues/pause', cookie, 'PUT');
  const [view] = createQueueViews({ connection: plain.redis, prefix: plain.prefix });
  expect(await view?.isPaused()).toBe(false);
});

test.each(['', '/', '/api/queues', '/static/favicon-32x32.png', '/queue/render'])(
  'nothing of the board is shown without a session: %s',
  async (path) => {
    expect((await look(path, '')).status).toBe(401);
  },
);

test('a session that is forged, over, or signed for something else is none', async () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: 'imagemill:board', tenant: 'acme', exp: now + 60 };
  const sessionOf = async (payload: object, by = secret) =>
    `imagemill-board=${await sign({ ...payload }, by, 'HS256')}`;
  expect((await look('', await sessionOf(claims))).status).toBe(200);
  for (const cookie of [
    await sessionOf(claims, FOLLOW_TOKEN_SECRET),
    await sessionOf({ ...claims, exp: now - 1 }),
    await sessionOf({ ...claims, aud: 'imagemill:follow' }),
    'imagemill-board=x.y.z',
  ]) {
    expect((await look('', cookie)).status).toBe(401);
  }
});

test('there is no board where it has no secret', async () => {
  expect((await plain.app.request('/board')).status).toBe(404);
  expect((await plain.call('POST', '/v1/board-sessions', undefined, plain.keys.admin)).body.code).toBe('board-is-off');
});
