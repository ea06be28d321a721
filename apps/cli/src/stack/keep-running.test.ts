import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { keepRunning } from './keep-running.ts';

/** A process that exits when the test calls `end`. */
function fakeProcess(pid: number) {
  const { promise: exited, resolve } = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
  return {
    pid,
    exited,
    stop: async () => resolve({ code: 0, signal: null }),
    end: (code: number) => resolve({ code, signal: null }),
  };
}

test('restarts a process that exits, and reports its new id', async () => {
  const processes = [fakeProcess(1), fakeProcess(2)];
  const starts: boolean[] = [];
  const said: string[] = [];
  const onRestart = vi.fn();
  const kept = await keepRunning({
    name: 'worker-1',
    onRestart,
    firstWaitMs: 1,
    say: (message: string) => said.push(message),
    start: async (isRestart) => processes[starts.push(isRestart) - 1] as (typeof processes)[0],
  });
  expect(kept.pid).toBe(1);
  processes[0]?.end(137);
  await vi.waitUntil(() => onRestart.mock.calls.length === 1);
  expect(kept.pid).toBe(2);
  expect(starts).toEqual([false, true]);
  expect(said).toEqual(['worker-1 exited with code 137. It restarts in 0.001 s.', 'worker-1 is running again.']);
  await kept.stop();
});

test('does not restart a process after its sixth exit within a minute', async () => {
  let starts = 0;
  const start = async () => {
    starts += 1;
    const process = fakeProcess(starts);
    process.end(1);
    return process;
  };
  const kept = await keepRunning({ name: 'api', start, say: () => {}, onRestart: () => {}, firstWaitMs: 1 });
  expect(await kept.failed).toBe('api failed 6 times within a minute. Last failure: api exited with code 1.');
  expect(starts).toBe(6);
});

test('counts a failed restart as a failure, and reports its reason', async () => {
  const first = fakeProcess(1);
  const start = async (isRestart: boolean) => {
    if (isRestart) throw new Error('The bucket is gone.');
    return first;
  };
  const kept = await keepRunning({ name: 'api', start, say: () => {}, onRestart: () => {}, firstWaitMs: 1 });
  first.end(1);
  expect(await kept.failed).toContain('The bucket is gone.');
});

test('a stopped process stays stopped, even during the delay before a restart', async () => {
  const first = fakeProcess(1);
  let starts = 0;
  const start = async () => {
    starts += 1;
    return first;
  };
  const said: string[] = [];
  const say = (message: string) => said.push(message);
  const kept = await keepRunning({ name: 'api', start, say, onRestart: () => {}, firstWaitMs: 60_000 });
  first.end(1);
  await vi.waitUntil(() => said.length === 1);
  await kept.stop();
  await delay(0);
  expect(starts).toBe(1);
});
