import { type Backlog, QueueUnavailableError } from '@imagemill/queue';
import { expect, test } from 'vitest';
import { createQueueFigures } from './queue-figures.ts';

const MINUTE_MS = 60_000;
const away = new QueueUnavailableError(new Error('Redis is away.'));

/** A queue whose reads return, or throw, `next`. */
function figuresOf(first: number) {
  const state = { next: first as number | Error, now: 0 };
  const backlog = async () => {
    if (state.next instanceof Error) throw state.next;
    return { backlog: state.next } as Backlog;
  };
  const figures = createQueueFigures({ backlog, drainRate: async () => 2 }, () => state.now);
  return { state, figures };
}

test('holds the last figures with their age while Redis cannot be read, for 15 minutes', async () => {
  const { state, figures } = figuresOf(7);
  expect(await figures.read()).toEqual({ backlog: 7, endedPerSecond: 2, ageSeconds: 0 });
  state.next = away;
  for (const minutes of [0, 1, 15]) {
    state.now = minutes * MINUTE_MS;
    const ageSeconds = Math.max(1, minutes * 60);
    expect(await figures.read()).toEqual({ backlog: 7, endedPerSecond: 2, ageSeconds });
  }
  state.now = 15 * MINUTE_MS + 1;
  await expect(figures.read()).rejects.toBe(away);
  state.next = 3;
  expect(await figures.read()).toMatchObject({ backlog: 3, ageSeconds: 0 });
});

test('never holds a backlog of 0: jobs may have become due', async () => {
  const { state, figures } = figuresOf(0);
  expect(await figures.read()).toMatchObject({ backlog: 0 });
  state.next = away;
  await expect(figures.read()).rejects.toBe(away);
});

test('holds nothing for an error that is a bug', async () => {
  const { state, figures } = figuresOf(7);
  await figures.read();
  state.next = new TypeError('a bug');
  await expect(figures.read()).rejects.toBe(state.next);
});
