import { expect, test } from 'vitest';
import { createProcessSlots } from './process-slots.ts';
import { createSlots } from './slots.ts';

function twoProcesses(max: number) {
  const slots = createSlots(max);
  const granted: number[] = [];
  const [one, other] = [0, 1].map(() => createProcessSlots(slots, (slot) => void granted.push(slot)));
  if (!one || !other) throw new Error('A process is missing.');
  return { slots, granted, one, other };
}

test('a slot that comes with a call counts as one of all slots', () => {
  const { slots, granted, one, other } = twoProcesses(1);
  expect(one.takeFree('light')).toBe(true);
  other.want(1, 'light');
  expect([granted, slots.status()]).toEqual([[], { running: 1, waiting: 1 }]);
  one.leave(0);
  expect([granted, slots.status()]).toEqual([[1], { running: 1, waiting: 0 }]);
});

test('no slot comes with a call while others wait for one', () => {
  const { slots, one, other } = twoProcesses(1);
  one.want(1, 'light');
  other.want(1, 'light');
  expect(other.takeFree('light')).toBe(false);
  expect(slots.status()).toEqual({ running: 1, waiting: 1 });
});

test('a process has one slot at a time that came with a call', () => {
  const { slots, one } = twoProcesses(2);
  expect([one.takeFree('light'), one.takeFree('light')]).toEqual([true, false]);
  one.leaveAll();
  expect(slots.status()).toEqual({ running: 0, waiting: 0 });
});
