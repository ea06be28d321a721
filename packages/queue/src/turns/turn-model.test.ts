import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTurnModel } from './turn-model.ts';
import { turnRules } from './turn-rules.ts';

interface ModelJob {
  readonly tenant: string;
  /** Ticks of slot time. */
  readonly cost: number;
  /** Ticks of slot time that are predicted; defaults to the cost. */
  readonly predicted?: number;
  /** Defaults to 0. */
  readonly arrivesAt?: number;
}

interface Served extends ModelJob {
  readonly startsAt: number;
}

/** A queue in the order of the model's tags with this number of slots. Returns the jobs in the order of their starts. */
function serve(jobs: readonly ModelJob[], { slots = 1, weights = {} as Record<string, number> } = {}): Served[] {
  const model = createTurnModel();
  const weightOf = (tenant: string) => weights[tenant] ?? 1;
  const arrivals = jobs
    .map((job, order) => ({ ...job, order, arrivesAt: job.arrivesAt ?? 0 }))
    .toSorted((a, b) => a.arrivesAt - b.arrivesAt || a.order - b.order);
  let waiting: (ModelJob & { order: number; tag: number; charged: number })[] = [];
  let running: { endsAt: number; finish: () => void }[] = [];
  const served: Served[] = [];
  let now = 0;
  while (served.length < jobs.length) {
    while (arrivals[0] && arrivals[0].arrivesAt <= now) {
      const job = arrivals.shift() as (typeof arrivals)[0];
      const predicted = (job.predicted ?? job.cost) / weightOf(job.tenant);
      waiting.push({ ...job, ...model.take(job.tenant, predicted) });
    }
    for (const { finish } of running.filter(({ endsAt }) => endsAt <= now)) finish();
    running = running.filter(({ endsAt }) => endsAt > now);
    if (waiting.length > 0 && running.length < slots) {
      const next = waiting.toSorted((a, b) => a.tag - b.tag || a.order - b.order)[0] as (typeof waiting)[0];
      waiting = waiting.filter((job) => job !== next);
      model.begin(next.tag);
      served.push({ ...next, startsAt: now });
      const run = { predicted: next.predicted ?? next.cost, charged: next.charged, real: next.cost, isTypical: true };
      const weight = weightOf(next.tenant);
      const weighted = { ...run, predicted: run.predicted / weight, real: run.real / weight };
      running.push({ endsAt: now + next.cost, finish: () => model.end(next.tenant, weighted) });
    } else {
      now = Math.min(...running.map(({ endsAt }) => endsAt), arrivals[0]?.arrivesAt ?? Number.POSITIVE_INFINITY);
    }
  }
  return served;
}

const many = (count: number, job: ModelJob): ModelJob[] => Array.from({ length: count }, () => job);

/** Work of a tenant that was started before `until`. */
const work = (served: readonly Served[], tenant: string, until: number) =>
  served.filter((job) => job.tenant === tenant && job.startsAt < until).reduce((sum, { cost }) => sum + cost, 0);

describe('compared to an ideal scheduler that divides every slot among all tenants', () => {
  test('no two tenants with waiting jobs differ by more than their largest jobs, at any time', () => {
    const costs = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 5, maxLength: 40 });
    const weight = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(costs, costs, weight, weight, (costsOfA, costsOfB, a, b) => {
        const jobs = [
          ...costsOfA.map((cost) => ({ tenant: 'a', cost })),
          ...costsOfB.map((cost) => ({ tenant: 'b', cost })),
        ];
        const served = serve(jobs, { weights: { a, b } });
        const lastOf = (tenant: string) =>
          Math.max(...served.filter((j) => j.tenant === tenant).map((j) => j.startsAt));
        const bound = Math.max(...costsOfA) / a + Math.max(...costsOfB) / b + served.length;
        for (const { startsAt } of served) {
          if (startsAt > Math.min(lastOf('a'), lastOf('b'))) break;
          expect(Math.abs(work(served, 'a', startsAt) / a - work(served, 'b', startsAt) / b)).toBeLessThanOrEqual(
            bound,
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a tenant that arrives at a full queue gets the next free slot', () => {
    const flood = many(500, { tenant: 'flood', cost: 1_000 });
    const served = serve([...flood, { tenant: 'small', cost: 1_000, arrivesAt: 50_500 }], { slots: 4 });
    expect(served.find(({ tenant }) => tenant === 'small')?.startsAt).toBe(51_000);
  });

  test.each([1, 3])('the flood of one tenant changes no other by more than one job, with %i slots', (slots) => {
    const others = ['b', 'c', 'd'].flatMap((tenant, index) =>
      Array.from({ length: 20 }, (_, n) => ({ tenant, cost: 100, arrivesAt: n * 2_000 + index * 300 })),
    );
    const flood = many(1_000, { tenant: 'flood', cost: 100 });
    for (const { startsAt, arrivesAt = 0 } of serve([...flood, ...others], { slots })) {
      if (arrivesAt > 0) expect(startsAt - arrivesAt).toBeLessThanOrEqual(200);
    }
  });

  test('tenants get slot time by weight, and not by the number or the size of their jobs', () => {
    const jobs = [...many(600, { tenant: 'many', cost: 100 }), ...many(40, { tenant: 'heavy', cost: 3_000 })];
    const served = serve(jobs, { slots: 2, weights: { many: 1, heavy: 2 } });
    const until = 40_000;
    expect(work(served, 'heavy', until) / work(served, 'many', until)).toBeCloseTo(2, 0);
  });

  test('a tenant whose jobs cost ten times more than predicted does not delay others for long', () => {
    const jobs = Array.from({ length: 300 }, (_, n) => [
      { tenant: 'wrong', cost: 4_000, predicted: 400, arrivesAt: n * 2_500 },
      { tenant: 'right', cost: 400, arrivesAt: n * 2_500 },
    ]).flat();
    const waits = serve(jobs).flatMap((job) => (job.tenant === 'right' ? [job.startsAt - (job.arrivesAt ?? 0)] : []));
    // Without corrections, each round of two jobs would take 4.4 s, and one arrives every 2.5 s.
    expect(Math.max(...waits.slice(100))).toBeLessThan(2 * 4_000);
  });
});

test('the jobs of one tenant keep their order, whatever was predicted', () => {
  const jobs = fc.array(
    fc.record({
      tenant: fc.constantFrom('a', 'b', 'c'),
      cost: fc.integer({ min: 1, max: 3_000 }),
      predicted: fc.integer({ min: 1, max: 3_000 }),
      arrivesAt: fc.integer({ min: 0, max: 20_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(jobs, fc.integer({ min: 1, max: 4 }), (arriving, slots) => {
      const inOrder = arriving.toSorted((a, b) => a.arrivesAt - b.arrivesAt);
      const served = serve(inOrder, { slots });
      for (const tenant of ['a', 'b', 'c']) {
        const arrivals = served.filter((job) => job.tenant === tenant).map(({ arrivesAt = 0 }) => arrivesAt);
        expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 100 },
  );
});

test('an idle tenant saves up nothing: later it gets its share, not more', () => {
  const early = many(50, { tenant: 'busy', cost: 100 });
  const late = ['busy', 'idle'].flatMap((tenant) => many(50, { tenant, cost: 100, arrivesAt: 5_000 }));
  const served = serve([...early, ...late]).slice(50, 90);
  expect(served.filter(({ tenant }) => tenant === 'idle')).toHaveLength(20);
});

test('no tenant is behind by more than a day, whatever it was charged', () => {
  const model = createTurnModel();
  model.take('a', 1e15);
  expect(model.take('a', 1).tag).toBe(turnRules.firstTick + turnRules.lagTicksMax);
  model.begin(1_000_000);
  expect(model.take('b', 1).tag).toBe(1_000_000);
});
