import { expect, test } from 'vitest';
import type { FromEngine } from '../channel/messages.ts';
import { createGrantedSlots } from './granted-slots.ts';

function slotsOfProcess() {
  const sent: FromEngine[] = [];
  return { sent, slots: createGrantedSlots((message) => void sent.push(message)) };
}

test('work asks for a slot, and returns it', async () => {
  const { sent, slots } = slotsOfProcess();
  const done = slots.enter(async () => 'done');
  slots.granted(1);
  expect(await done).toBe('done');
  expect(sent).toEqual([
    { is: 'wants-slot', slot: 1 },
    { is: 'leaves-slot', slot: 1 },
  ]);
});

test('the first work takes the slot that came with its call, the next one asks', async () => {
  const { sent, slots } = slotsOfProcess();
  slots.grantedWithCall();
  const first = slots.enter(async () => {});
  const next = slots.enter(async () => {});
  await first;
  slots.granted(1);
  await next;
  expect(sent).toEqual([
    { is: 'wants-slot', slot: 1 },
    { is: 'leaves-slot', slot: 0 },
    { is: 'leaves-slot', slot: 1 },
  ]);
});

test('a slot that came with a call is returned once, whether work took it or not', async () => {
  const { sent, slots } = slotsOfProcess();
  slots.grantedWithCall();
  slots.returnUnused();
  slots.grantedWithCall();
  await slots.enter(async () => {});
  slots.returnUnused();
  expect(sent).toEqual([
    { is: 'leaves-slot', slot: 0 },
    { is: 'leaves-slot', slot: 0 },
  ]);
});
