import { expect, test } from 'vitest';
import { recoveries } from './recoveries.ts';
import type { RenderLine } from './worker-log.ts';

const line = (atMs: number, pid: number, event: RenderLine['event'], imageId = 'a'): RenderLine => ({
  atMs,
  pid,
  event,
  imageId,
});

test('measures an interrupted render until another worker takes it and starts', () => {
  const lines = [line(0, 1, 'taken'), line(1, 1, 'started'), line(30, 2, 'taken'), line(35, 2, 'started')];
  expect(recoveries(lines, [{ pid: 1, atMs: 5 }])).toEqual({
    interruptedJobs: 1,
    recoveredMs: [30],
    neverRecovered: [],
  });
});

test('restarts the clock if the next worker is lost before it starts, and counts the longer wait', () => {
  const lines = [line(1, 1, 'started'), line(30, 2, 'taken'), line(50, 3, 'taken'), line(55, 3, 'started')];
  const interruptions = [
    { pid: 1, atMs: 5 },
    { pid: 2, atMs: 32 },
  ];
  expect(recoveries(lines, interruptions).recoveredMs).toEqual([27]);
});

test('does not count a finished render, or a render of another worker, as interrupted', () => {
  const lines = [line(1, 1, 'started'), line(2, 2, 'started', 'b'), line(3, 1, 'finished')];
  expect(recoveries(lines, [{ pid: 1, atMs: 5 }]).interruptedJobs).toBe(0);
});

test('does not count a render that another worker took over before as interrupted', () => {
  const lines = [line(1, 1, 'started'), line(30, 2, 'taken'), line(31, 2, 'started'), line(40, 2, 'finished')];
  expect(recoveries(lines, [{ pid: 1, atMs: 50 }]).interruptedJobs).toBe(0);
});

test('reports a render that never ran again', () => {
  const lines = [line(1, 1, 'started'), line(9, 2, 'taken')];
  expect(recoveries(lines, [{ pid: 1, atMs: 5 }])).toMatchObject({ interruptedJobs: 1, neverRecovered: ['a'] });
});
