import { expect, test } from 'vitest';
import type { EndReason, Listener } from './listener.ts';
import { createMembers, usualTimes } from './members.ts';

function listenerWith(unreadBytes: number) {
  const ends: EndReason[] = [];
  const listener: Listener = { unreadBytes, send: () => true, beat: () => true, end: (reason) => ends.push(reason) };
  return { listener, ends };
}

test('drops the listeners with the most unread bytes, until the others are within the limit of the process', () => {
  const members = createMembers(usualTimes, { joined: () => {}, left: () => {} }, 100);
  const [full, half, empty] = [listenerWith(90), listenerWith(60), listenerWith(0)];
  for (const { listener } of [half, full, empty]) members.add(listener, () => {});
  members.tick();
  expect([full.ends, half.ends, empty.ends]).toEqual([['slow'], [], []]);
});
