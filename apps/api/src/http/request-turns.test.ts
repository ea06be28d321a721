import { Tenant } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { photo, useApi } from '../test-support/api-harness.ts';
import { createRequestTurns, type RequestTurns } from './request-turns.ts';

const api = useApi();
const [acme, other] = [Tenant.parse('acme'), Tenant.parse('other')];

test('in each turn, at most one request of each tenant starts, in order of arrival', async () => {
  const turns = createRequestTurns();
  const started: string[] = [];
  const take = (tenant: Tenant, index: number) => turns.take(tenant).then(() => started.push(`${tenant} ${index}`));
  const taken = [take(acme, 1), take(acme, 2), take(acme, 3), take(other, 1), take(other, 2)];
  await Promise.all(taken);
  expect(started).toEqual(['acme 1', 'other 1', 'acme 2', 'other 2', 'acme 3']);
});

/** How many of nine requests have started after each of three turns. */
async function startsByTurn(turns: RequestTurns): Promise<number[]> {
  let started = 0;
  const taken = Array.from({ length: 9 }, () => turns.take(acme).then(() => (started += 1)));
  const startedAfterTurns: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise(setImmediate);
    startedAfterTurns.push(started);
  }
  await Promise.all(taken);
  return startedAfterTurns;
}

test('while one tenant alone has requests, four of them start in a turn', async () => {
  expect(await startsByTurn(createRequestTurns())).toEqual([5, 9, 9]);
});

test('one starts in a turn until another tenant has had no request for a second', async () => {
  let now = 0;
  const turns = createRequestTurns({ clock: () => now });
  await turns.take(other);
  expect(await startsByTurn(turns)).toEqual([2, 3, 4]);
  now += 1_000;
  await new Promise(setImmediate);
  expect(await startsByTurn(turns)).toEqual([5, 9, 9]);
});

test('a request of a tenant without others starts at once', async () => {
  const turns = createRequestTurns();
  let isNextTurn = false;
  setImmediate(() => {
    isNextTurn = true;
  });
  await turns.take(acme);
  expect(isNextTurn).toBe(false);
});

test('a tenant with too many waiting requests is refused, while another one is not', async () => {
  const turns = createRequestTurns({ waitingMax: 1 });
  const [first, second] = [turns.take(acme), turns.take(acme)];
  await expect(turns.take(acme)).rejects.toMatchObject({ options: { status: 429, code: 'too-many-requests' } });
  await Promise.all([first, second, turns.take(other)]);
});

test('hundreds of requests of one tenant delay a request of another by a few of them', async () => {
  const ended: string[] = [];
  const ask = (key: string) =>
    api.call('POST', '/v1/images/upload-url', { ...photo, colour: 'red' }, key).then(() => ended.push(key));
  const requests = Array.from({ length: 300 }, () => ask(api.keys.acme));
  await Promise.all([...requests, ask(api.keys.other)]);
  expect(ended.indexOf(api.keys.other)).toBeLessThan(20);
});
