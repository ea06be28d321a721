import { expect, test } from 'vitest';
import { type Choice, unbeatenPlans } from './unbeaten-plans.ts';

const choice = (setting: string, bytes: number, cpuMs: number): Choice => ({ setting, bytes, cpuMs });

test('a plan that needs more CPU than another is kept only if it has fewer bytes', () => {
  const choices = new Map([['small', [choice('c', 7, 3), choice('a', 9, 1), choice('d', 9, 2), choice('b', 9, 1)]]]);
  expect(unbeatenPlans(choices)).toEqual([
    { plan: { small: 'a' }, bytes: 9, cpuMs: 1 },
    { plan: { small: 'c' }, bytes: 7, cpuMs: 3 },
  ]);
});

test('finds the same plans as a comparison of all combinations', () => {
  // Any numbers without a pattern.
  const random = (index: number) => ((index * 7919) % 101) + 1;
  const own = (size: number) =>
    Array.from({ length: 5 }, (_, at) => choice(`${at}`, random(10 * size + at), random(100 + 10 * size + at)));
  const choices = new Map([1, 2, 3].map((size) => [`${size}`, own(size)]));
  const all = own(1).flatMap((a) =>
    own(2).flatMap((b) =>
      own(3).map((c) => ({ bytes: a.bytes + b.bytes + c.bytes, cpuMs: a.cpuMs + b.cpuMs + c.cpuMs })),
    ),
  );
  const isBeaten = ({ bytes, cpuMs }: (typeof all)[number]) =>
    all.some((other) => other.cpuMs <= cpuMs && other.bytes <= bytes && other.cpuMs + other.bytes < cpuMs + bytes);
  const expected = new Map(all.filter((plan) => !isBeaten(plan)).map((plan) => [plan.cpuMs, plan.bytes]));
  const found = unbeatenPlans(choices);
  expect(new Map(found.map(({ bytes, cpuMs }) => [cpuMs, bytes]))).toEqual(expected);
  expect(found).toHaveLength(expected.size);
});
