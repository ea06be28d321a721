import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { ApiBindings } from './bindings.ts';
import { delayRefusals } from './delay-refusals.ts';

/** An app that answers with the status in the path. */
function answering(options: Parameters<typeof delayRefusals>[0]) {
  const app = new Hono<ApiBindings>().use(delayRefusals(options));
  app.get('/:tenant/:status', (c) => {
    c.set('caller', { tenant: c.req.param('tenant') as never, scopes: new Set() });
    return c.body('', Number(c.req.param('status')) as 200);
  });
  return async (path: string, onEnd: () => void) => {
    const { status } = await app.request(path);
    onEnd();
    return status;
  };
}

test.each([413, 429])('a refusal is delayed, while other responses are not: %i', async (refused) => {
  const ask = answering({ delayMs: 50 });
  const ended: number[] = [];
  const statuses = [refused, 200, 404, 422, 500];
  const since = performance.now();
  await Promise.all(statuses.map((status) => ask(`/acme/${status}`, () => void ended.push(status))));
  expect(ended).toEqual([200, 404, 422, 500, refused]);
  // A timer may fire a millisecond early.
  expect(performance.now() - since).toBeGreaterThanOrEqual(49);
});

test('requests that were refused together are answered apart', async () => {
  const shares = [0.9, 0.1, 0.5];
  const ask = answering({ delayMs: 100, random: () => shares.shift() ?? 0 });
  const ended: number[] = [];
  await Promise.all([1, 2, 3].map((which) => ask('/acme/429', () => void ended.push(which))));
  expect(ended).toEqual([2, 3, 1]);
});

test('each refusal of a tenant is delayed the longer, the more of its others are, and those of other tenants are not', async () => {
  const ask = answering({ delayMs: 50, tenantStep: 1, random: () => 0 });
  const ended: string[] = [];
  const paths = ['/acme/429', '/acme/413', '/acme/429', '/other/429'];
  await Promise.all(paths.map((path, index) => ask(path, () => void ended.push(`${index} ${path}`))));
  expect(ended).toEqual(['0 /acme/429', '3 /other/429', '1 /acme/413', '2 /acme/429']);
});

test.each([
  ['tenant', { tenantMax: 1 }, ['/acme/429', '/acme/429', '/other/429'], [1]],
  ['process', { processMax: 1 }, ['/acme/429', '/other/429'], [1]],
])(
  'delayed responses of one %s are limited, and further ones are sent at once',
  async (_whose, limits, paths, atOnce) => {
    const ask = answering({ delayMs: 50, ...limits });
    const ended: number[] = [];
    await Promise.all(paths.map((path, index) => ask(path, () => void ended.push(index))));
    expect(ended.slice(0, atOnce.length)).toEqual(atOnce);
  },
);
