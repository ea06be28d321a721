import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiHarness } from './api-harness.ts';

let api: Awaited<ReturnType<typeof createApiHarness>>;
beforeAll(async () => {
  api = await createApiHarness();
});
afterAll(() => api.close());

/** Every route of the app as it is, so that none can be forgotten; middleware has no method of its own. */
const routes = () => api.app.routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/v1/'));

test('every route under /v1 is closed to callers without a key, and to those with a wrong one', async () => {
  expect(routes().length).toBeGreaterThan(5);
  for (const { method, path } of routes()) {
    const address = path.replaceAll(/:\w+(?:\{[^}]*\})?/g, '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const response = await api.app.request(address, { method, headers });
      expect({ method, path, status: response.status }).toEqual({ method, path, status: 401 });
      expect(await response.json()).toMatchObject({ code: 'unauthorized' });
    }
  }
});

test('every route outside /v1 tells the health of the process and nothing else', () => {
  const open = api.app.routes.filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/v1/'));
  expect(new Set(open.map(({ path }) => path))).toEqual(new Set(['/healthz', '/readyz']));
});
