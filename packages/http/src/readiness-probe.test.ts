import { expect, test } from 'vitest';
import { createReadinessProbe } from './readiness-probe.ts';

test('dependencies are probed once a second, however often and by whomever readiness is asked for', async () => {
  let [now, pings] = [0, 0];
  const probe = async () => {
    pings += 1;
  };
  const ask = createReadinessProbe({ pingRedis: probe, originals: { probe }, cdn: { probe } }, () => now);
  await Promise.all([ask(), ask()]);
  now = 999;
  expect(await ask()).toEqual({ redis: 'ok', originalsBucket: 'ok', cdnBucket: 'ok' });
  expect(pings).toBe(3);
  now = 1_000;
  await ask();
  expect(pings).toBe(6);
});

test('a failure is remembered for a second too: a dependency that is away is not probed by every request', async () => {
  let [now, pings] = [0, 0];
  const away = async () => {
    pings += 1;
    throw new Error('It is away.');
  };
  const ask = createReadinessProbe({ pingRedis: away, originals: { probe: away }, cdn: { probe: away } }, () => now);
  await ask();
  now = 999;
  expect(await ask()).toMatchObject({ redis: 'unavailable' });
  expect(pings).toBe(3);
});
