import { describe, expect, test } from 'vitest';
import type { Lane } from './lane.ts';
import { createSlots } from './slots.ts';

function order(max: number, lanes: readonly Lane[]) {
  const slots = createSlots(max);
  const entered: number[] = [];
  const tickets = lanes.map((lane, index) => slots.request(lane, () => void entered.push(index)));
  return { entered, leave: (index: number) => tickets[index]?.leave() };
}

test('at most as many enter as there are slots, first come, first served', () => {
  const { entered, leave } = order(2, ['light', 'light', 'light', 'light']);
  expect(entered).toEqual([0, 1]);
  leave(1);
  expect(entered).toEqual([0, 1, 2]);
  leave(0);
  expect(entered).toEqual([0, 1, 2, 3]);
});

describe('heavy images leave all slots to light ones, and have two less for themselves', () => {
  test('of several', () => {
    const { entered, leave } = order(3, ['heavy', 'heavy', 'light', 'light', 'light', 'light']);
    expect(entered).toEqual([0, 2, 3, 4]);
    leave(0);
    expect(entered).toEqual([0, 2, 3, 4, 1]);
    leave(3);
    expect(entered).toEqual([0, 2, 3, 4, 1, 5]);
  });

  test('or also one, if there is only one', () => {
    const { entered, leave } = order(1, ['heavy', 'heavy', 'light', 'light']);
    expect(entered).toEqual([0, 2]);
    leave(2);
    expect(entered).toEqual([0, 2, 3]);
    leave(0);
    expect(entered).toEqual([0, 2, 3, 1]);
  });
});

test('a request that leaves the queue never enters, and leaving twice frees one slot', () => {
  const { entered, leave } = order(2, ['light', 'light', 'light', 'light', 'light']);
  leave(2);
  leave(0);
  leave(0);
  expect(entered).toEqual([0, 1, 3]);
});
