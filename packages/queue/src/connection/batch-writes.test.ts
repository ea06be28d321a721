import type { Duplex } from 'node:stream';
import { expect, inject, test, vi } from 'vitest';
import { createConsumerConnection, createProducerConnection } from './connection.ts';

test.each([
  ['a producer', createProducerConnection],
  ['a consumer', createConsumerConnection],
])('%s sends the commands of one turn in one write, in their order', async (_whose, create) => {
  const connection = create(inject('servers').redisUrl);
  await vi.waitUntil(() => connection.status === 'ready');
  const socket = connection.stream as Duplex as Required<Pick<Duplex, '_write' | '_writev'>>;
  const [single, joined] = [vi.spyOn(socket, '_write'), vi.spyOn(socket, '_writev')];
  const key = `test-${crypto.randomUUID()}`;
  const replies = await Promise.all([connection.set(key, 1), connection.incr(key), connection.getdel(key)]);
  expect(replies).toEqual(['OK', 2, '2']);
  expect([single.mock.calls.length, joined.mock.calls.length]).toEqual([0, 1]);
  connection.disconnect();
});
