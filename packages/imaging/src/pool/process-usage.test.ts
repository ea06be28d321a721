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
