import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

export interface ProcessUsage {
  /** User and system time of all threads since the process started. */
  readonly cpuMs: number;
  /** Memory in use that is not shared with other processes, and not a mapped file. */
  readonly memoryBytes: number;
}

/** How usage is read here, and how often that may be done. */
export interface UsageReader {
  readonly everyMs: number;
  /** Processes that have ended are missing in the result. */
  read(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessUsage>>;
}

/** The kernel reports times to user space in hundredths of a second on every platform: man 5 proc, USER_HZ. */
const TICK_MS = 10;
/** Linux: /proc, in about 30 µs per process. macOS and others: `ps`, which is a process of its own. Windows has neither. */
export function createUsageReader(): UsageReader {
  if (process.platform === 'linux') {
    const pageBytes = readPageBytes();
    return { everyMs: 25, read: async (pids) => readProc(pids, pageBytes) };
  }
  if (process.platform === 'win32') return { everyMs: 1_000, read: async () => new Map() };
  return { everyMs: 250, read: readPs };
}

function readProc(pids: readonly number[], pageBytes: number): Map<number, ProcessUsage> {
  return new Map(
    pids.flatMap((pid) => {
      const usage = usageInProc(pid, pageBytes);
      return usage ? [[pid, usage]] : [];
    }),
  );
}

function usageInProc(pid: number, pageBytes: number): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses, which may contain spaces; the next one is the third.
    const fields = stat
      .slice(stat.lastIndexOf(') ') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0] = [fields[14 - 3], fields[15 - 3]];
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ').map(Number);
    return { cpuMs: (user + system) * TICK_MS, memoryBytes: (resident - shared) * pageBytes };
  } catch {
    return undefined;
  }
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
