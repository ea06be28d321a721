import { Tenant } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { createLookUpTurns } from './look-up-turns.ts';

/** Look-ups that end one by one, in the order in which they started. */
function harness(max: number, tenantMax: number) {
  const turns = createLookUpTurns(max, tenantMax);
  const started: string[] = [];
  const running: (() => void)[] = [];
  const ask = (name: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        turns.run(Tenant.parse(name), () => {
          started.push(name);
          return new Promise<void>((end) => running.push(end));
        }),
      ),
    );
  async function endOldest() {
    running.shift()?.();
    await new Promise(setImmediate);
  }
  return { ask, started, endOldest };
}

test('look-ups of several tenants take turns, in any order of arrival and with any number of them', async () => {
  const { ask, started, endOldest } = harness(2, 2);
  const all = [ask('aa', 6), ask('bb', 3), ask('cc', 1)];
  await new Promise(setImmediate);
  for (let ends = 0; ends < 10; ends += 1) await endOldest();
  await Promise.all(all);
  expect(started).toEqual(['aa', 'aa', 'bb', 'aa', 'cc', 'bb', 'aa', 'bb', 'aa', 'aa']);
});

test('many tenants that together fill all places delay another one by one look-up', async () => {
  const { ask, started, endOldest } = harness(4, 2);
  for (const name of ['aa', 'bb', 'cc', 'dd', 'ee']) void ask(name, 50);
  void ask('other', 1);
  await new Promise(setImmediate);
  expect(started).not.toContain('other');
  for (let ends = 0; ends < 6; ends += 1) await endOldest();
  expect(started).toContain('other');
});

test('one tenant has at most its share at once, and a failed look-up frees its place', async () => {
  const turns = createLookUpTurns(4, 2);
  const tenant = Tenant.parse('acme');
  let [running, most] = [0, 0];
  const lookUps = Array.from({ length: 6 }, (_, index) =>
    turns.run(tenant, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      if (index % 2 === 0) throw new Error('away');
    }),
  );
  expect((await Promise.allSettled(lookUps)).map(({ status }) => status)).toEqual(
    Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? 'rejected' : 'fulfilled')),
  );
  expect(most).toBe(2);
});
