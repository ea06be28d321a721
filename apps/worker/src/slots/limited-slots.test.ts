import { expect, test } from 'vitest';
import { createLimitedSlots, type LimitedSlots } from './limited-slots.ts';

const acquire = (slots: LimitedSlots) => {
  const slot = slots.acquire();
  if (!('release' in slot)) throw new Error('No slot is free.');
  return slot;
};
const retryTimes = (slots: LimitedSlots, count: number) =>
  Array.from({ length: count }, () => {
    const slot = slots.acquire();
    return slot.outcome === 'acquired' ? 0 : slot.retryAfterMs;
  });

test('a released slot can be acquired again', () => {
  const slots = createLimitedSlots({ slotsMax: 2, typicalMs: 250, now: () => 0 });
  const [first] = [acquire(slots), acquire(slots)];
  expect(retryTimes(slots, 1)).toEqual([125]);
  first.release();
  acquire(slots);
});

test('retries are spread over time if no slot is free', () => {
  const slots = createLimitedSlots({ slotsMax: 1, typicalMs: 250, now: () => 0 });
  acquire(slots);
  expect(retryTimes(slots, 4)).toEqual([250, 500, 750, 1_000]);
});

test('retries are as far apart as slots take to become free', () => {
  let now = 0;
  const slots = createLimitedSlots({ slotsMax: 2, typicalMs: 250, now: () => now });
  for (let times = 0; times < 50; times += 1) {
    const { release } = acquire(slots);
    now += 4_000;
    release();
  }
  acquire(slots);
  acquire(slots);
  const [first = 0, second = 0] = retryTimes(slots, 2);
  expect(second - first).toBeGreaterThan(1_950);
  expect(second - first).toBeLessThanOrEqual(2_000);
});

test('a retry time is at most one minute away, and advances with the clock', () => {
  let now = 0;
  const slots = createLimitedSlots({ slotsMax: 1, typicalMs: 250, now: () => now });
  acquire(slots);
  expect(Math.max(...retryTimes(slots, 1_000))).toBe(60_000);
  now = 120_000;
  expect(retryTimes(slots, 1)).toEqual([250]);
});
