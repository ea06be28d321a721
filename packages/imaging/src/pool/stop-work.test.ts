import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineProcess } from './engine-process.ts';
import { stopWork } from './stop-work.ts';
import { createImageWatch } from './watch-images.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Stops the work of a process that uses this much CPU in each second, and stops after a time. */
function stopProcess({ cpuMsPerSecond, stopsAfterMs }: { cpuMsPerSecond: number; stopsAfterMs: number }) {
  const from = performance.now();
  const cpuMs = () => 1_000 + (cpuMsPerSecond / 1_000) * (performance.now() - from);
  const watch = createImageWatch({
    everyMs: 25,
    read: async () => new Map([[1, { cpuMs: cpuMs(), memoryBytes: 1 }]]),
    forget: () => {},
  });
  const kills: string[] = [];
  const dropped = Promise.withResolvers<void>();
  setTimeout(() => dropped.resolve(), stopsAfterMs);
  const process: Partial<EngineProcess> = {
    pid: 1,
    drop: () => dropped.promise,
    kill(reason, error) {
      kills.push(reason);
      dropped.reject(error);
    },
  };
  const stopped = stopWork(process as EngineProcess, watch, 100).then(
    () => 'kept',
    () => 'ended',
  );
  return { stopped, kills };
}

test('a process that gets little CPU has time to stop its work', async () => {
  const { stopped, kills } = stopProcess({ cpuMsPerSecond: 25, stopsAfterMs: 1_500 });
  await vi.advanceTimersByTimeAsync(1_600);
  expect(await stopped).toBe('kept');
  expect(kills).toEqual([]);
});

test('a process whose work goes on is killed after 50 ms of CPU', async () => {
  const { stopped, kills } = stopProcess({ cpuMsPerSecond: 1_000, stopsAfterMs: 1_500 });
  await vi.advanceTimersByTimeAsync(100);
  expect(await stopped).toBe('ended');
  expect(kills).toEqual(['aborted']);
});

test('a process whose work uses no CPU is killed after two seconds', async () => {
  const { stopped, kills } = stopProcess({ cpuMsPerSecond: 0, stopsAfterMs: 10_000 });
  await vi.advanceTimersByTimeAsync(1_950);
  expect(kills).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(await stopped).toBe('ended');
});
