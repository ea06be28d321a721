import { Tenant } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { createLimitedSlots, type LimitedSlots, type LimitedSlotsOptions } from './limited-slots.ts';

const [flood, other] = [Tenant.parse('flood'), Tenant.parse('other')];

const createSlots = (options: Omit<LimitedSlotsOptions, 'reason'>) =>
  createLimitedSlots({ reason: 'heavy-images-busy', ...options });

const acquire = (slots: LimitedSlots, tenant = flood) => {
  const slot = slots.acquire(tenant);
  if (slot.outcome === 'postponed') throw new Error('No slot is free.');
  return slot;
};
const retryTime = (slots: LimitedSlots, tenant = flood) => {
  const slot = slots.acquire(tenant);
  return slot.outcome === 'acquired' ? 0 : slot.retryAfterMs;
};
const retryTimes = (slots: LimitedSlots, count: number, tenant = flood) =>
  Array.from({ length: count }, () => retryTime(slots, tenant));

test('a released slot can be acquired again', () => {
  const slots = createSlots({ slotsMax: 2, typicalMs: 250, now: () => 0 });
  const [first] = [acquire(slots), acquire(slots)];
  expect(retryTimes(slots, 1)).toEqual([125]);
  first.release();
  acquire(slots);
});

test('retries are spread over time if no slot is free', () => {
  const slots = createSlots({ slotsMax: 1, typicalMs: 250, now: () => 0 });
  acquire(slots);
  expect(retryTimes(slots, 4)).toEqual([250, 500, 750, 1_000]);
  // Whoever has one job does not retry after the many of another tenant.
  expect(retryTime(slots, other)).toBe(250);
});

test('retries are as far apart as slots take to become free', () => {
  let now = 0;
  const slots = createSlots({ slotsMax: 2, typicalMs: 250, now: () => now });
  for (let times = 0; times < 50; times += 1) {
    const { release } = acquire(slots);
    now += 4_000;
    release();
  }
  for (let times = 0; times < 50; times += 1) acquire(slots).release(false);
  acquire(slots);
  acquire(slots);
  const [first = 0, second = 0] = retryTimes(slots, 2);
  expect(second - first).toBeGreaterThan(1_950);
  expect(second - first).toBeLessThanOrEqual(2_000);
});

test('a retry time is at most one minute away, and advances with the clock', () => {
  let now = 0;
  const slots = createSlots({ slotsMax: 1, typicalMs: 250, now: () => now });
  acquire(slots);
  expect(Math.max(...retryTimes(slots, 1_000))).toBe(60_000);
  now = 120_000;
  expect(retryTimes(slots, 1)).toEqual([250]);
});

test('the next free slot is for the tenant that waits and had one the longest time ago', () => {
  let now = 0;
  const slots = createSlots({ slotsMax: 1, typicalMs: 250, now: () => now });
  const first = acquire(slots);
  expect(retryTime(slots, flood)).toBe(250);
  expect(retryTime(slots, other)).toBe(250);
  first.release(false);
  now = 100;
  expect(retryTime(slots, flood)).toBe(400);
  acquire(slots, other).release();
  acquire(slots, flood).release();
});

test('a tenant that does not come back loses its turn', () => {
  let now = 0;
  const slots = createSlots({ slotsMax: 1, typicalMs: 250, now: () => now });
  const first = acquire(slots);
  retryTime(slots, other);
  first.release();
  now = 5_000;
  expect(retryTime(slots, flood)).toBeGreaterThan(0);
  now = 5_251;
  acquire(slots, flood);
});

test('of several free slots, those that wait before a tenant leave the others to it', () => {
  const slots = createSlots({ slotsMax: 3, typicalMs: 250, now: () => 0 });
  const held = [acquire(slots), acquire(slots), acquire(slots)];
  retryTime(slots, other);
  for (const { release } of held) release();
  acquire(slots, flood);
  acquire(slots, flood);
  expect(retryTime(slots, flood)).toBeGreaterThan(0);
  acquire(slots, other);
});

test('beside a thousand jobs of one tenant, each job of another waits for about two turns', () => {
  const heldMs = 5_000;
  const [slotsMax, turns] = [2, 60];
  const { waits, served } = simulate({ slotsMax, heldMs, turns, jobs: { [flood]: 1_000, [other]: 20 } });
  expect(waits[other]).toHaveLength(20);
  expect(Math.max(...(waits[other] ?? []))).toBeLessThan(3 * heldMs);
  // And the slots hardly stand empty for it.
  expect(served).toBeGreaterThan(0.8 * slotsMax * turns);
});

/** Its multiples are spread evenly between whole numbers. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Jobs of the tenant `flood` all come at the beginning, those of others one after the other, until `turns` × `heldMs` are over. A slot is held for half to
 * one and a half times as long.
 */
interface Simulation {
  readonly slotsMax: number;
  readonly heldMs: number;
  readonly turns: number;
  readonly jobs: Readonly<Record<string, number>>;
}

function simulate({ slotsMax, heldMs, turns, jobs }: Simulation) {
  let now = 0;
  const slots = createSlots({ slotsMax, typicalMs: heldMs, now: () => now });
  const events: { at: number; run: () => void }[] = [];
  const waits: Record<string, number[]> = {};
  let held = 0;
  let served = 0;
  const at = (time: number, run: () => void) => void events.push({ at: time, run });

  function start(tenant: Tenant, since: number, onDone: () => void): void {
    const slot = slots.acquire(tenant);
    if (slot.outcome === 'postponed') {
      at(now + slot.retryAfterMs, () => start(tenant, since, onDone));
      return;
    }
    waits[tenant] = [...(waits[tenant] ?? []), now - since];
    held += 1;
    at(now + heldMs * (0.5 + ((held * GOLDEN) % 1)), () => {
      slot.release();
      served += 1;
      onDone();
    });
  }
  function startNext(tenant: Tenant, left: number): void {
    const afterPause = () => at(now + heldMs, () => startNext(tenant, left - 1));
    if (left > 0) start(tenant, now, afterPause);
  }
  for (const [name, count] of Object.entries(jobs)) {
    const tenant = Tenant.parse(name);
    if (tenant === flood) for (let job = 0; job < count; job += 1) start(tenant, 0, () => {});
    else at(heldMs, () => startNext(tenant, count));
  }
  while (now < turns * heldMs) {
    events.sort((a, b) => a.at - b.at);
    const next = events.shift();
    if (!next) break;
    now = next.at;
    next.run();
  }
  return { waits, served };
}
