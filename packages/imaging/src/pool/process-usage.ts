import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { createProcReader } from './proc-usage.ts';
import type { ProcessUsage, UsageReader } from './usage-reader.ts';

/** Linux: /proc. macOS and others: `ps`, which is a process of its own. Windows has neither. */
export function createUsageReader(): UsageReader {
  if (process.platform === 'linux') return createProcReader(readPageBytes());
  if (process.platform === 'win32') return { everyMs: 1_000, read: async () => new Map(), forget: () => {} };
  return { everyMs: 250, read: readPs, forget: () => {} };
}

/** `ps` has no other figure than resident memory, which includes the programs and libraries that all engine processes share. */
const MAPPED_BYTES = 50 * 1024 * 1024;

async function readPs(pids: readonly number[]): Promise<Map<number, ProcessUsage>> {
  // It fails if one of the processes has ended, and still prints the others.
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,rss=,time=', '-p', pids.join(',')]).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  return new Map(
    stdout.split('\n').flatMap((line): [number, ProcessUsage][] => {
      const [pid, rssKib, time] = line.trim().split(/\s+/);
      if (!time) return [];
      const memoryBytes = Math.max(0, Number(rssKib) * 1024 - MAPPED_BYTES);
      return [[Number(pid), { cpuMs: parsePsTime(time), memoryBytes }]];
    }),
  );
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` */
export function parsePsTime(time: string): number {
  const parts = time.split(/[-:]/).map(Number).reverse();
  const seconds = [1, 60, 3600, 86_400];
  return Math.round(1000 * parts.reduce((sum, part, index) => sum + part * (seconds[index] ?? 0), 0));
}

/** From the vector that the kernel gives to every process: man 3 getauxval, AT_PAGESZ. */
function readPageBytes(): number {
  const entries = new BigUint64Array(Uint8Array.from(readFileSync('/proc/self/auxv')).buffer);
  const at = entries.findIndex((type, index) => index % 2 === 0 && type === AT_PAGESZ);
  return Number(entries[at + 1]);
}
const AT_PAGESZ = 6n;
