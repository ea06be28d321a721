import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createUsageReader, parsePsTime } from './process-usage.ts';

test.each([
  ['0:00.05', 50],
  ['1:02.30', 62_300],
  ['01:02:03', 3_723_000],
  ['2-00:00:01', 172_801_000],
])('the time %s of ps is %i ms', (time, ms) => {
  expect(parsePsTime(time)).toBe(ms);
});

test.skipIf(process.platform === 'win32')('reads the memory and the CPU of a process', async () => {
  const { user, system } = process.cpuUsage();
  const usage = (await createUsageReader().read([process.pid, 2 ** 30])).get(process.pid);
  expect(usage?.cpuMs).toBeGreaterThanOrEqual((user + system) / 1000 - 20);
  const rss = process.memoryUsage.rss();
  expect(usage?.memoryBytes).toBeGreaterThan(rss / 4);
  expect(usage?.memoryBytes).toBeLessThan(rss);
});

test.skipIf(process.platform !== 'linux')('keeps no file of an ended process open', async () => {
  const openFiles = () => readdirSync('/proc/self/fd').length;
  const reader = createUsageReader();
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const { pid = 0 } = child;
  const before = openFiles();
  const usages = [await reader.read([pid]), await reader.read([pid])];
  expect(usages.map((usage) => usage.get(pid)?.memoryBytes)).toEqual([expect.any(Number), expect.any(Number)]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await reader.read([pid])).size).toBe(0);
  reader.forget(pid);
  expect(openFiles()).toBe(before);
});
