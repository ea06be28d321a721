import { readFile } from 'node:fs/promises';

/** The kernel reports times in hundredths of a second: man 5 proc, USER_HZ. */
const TICK_MS = 10;
const NANOSECONDS_PER_MS = 1e6;

/** What a process did with its time. */
export interface CpuUse {
  /** Mean use of CPU by all threads. */
  readonly cores: number;
  /** Share of the time in which the main thread could have run and had no core: 1 is always. */
  readonly waiting: number;
}

interface CpuTimes {
  readonly cpuMs: number;
  readonly waitingMs: number;
}

/** Zeros if the process has ended. Reads /proc: Linux only. */
async function readTimes(pid: number | undefined): Promise<CpuTimes> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
  const [stat, schedstat] = await Promise.all([read('stat'), read('schedstat')]);
  // The second field is the program's name in parentheses, which may contain spaces; the next one is the third.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const [user = 0, system = 0] = [fields[14 - 3], fields[15 - 3]].map(Number);
  // https://www.kernel.org/doc/html/latest/scheduler/sched-stats.html#proc-pid-schedstat
  const [, waitingNs = 0] = schedstat.split(' ').map(Number);
  return { cpuMs: TICK_MS * (user + system), waitingMs: waitingNs / NANOSECONDS_PER_MS };
}

/** Measures a process from now on. @returns a function that returns what it did since then */
export async function watchCpu(pid: number | undefined): Promise<() => Promise<CpuUse>> {
  const [before, since] = [await readTimes(pid), performance.now()];
  return async () => {
    const [now, elapsedMs] = [await readTimes(pid), performance.now() - since];
    return {
      cores: Math.max(0, now.cpuMs - before.cpuMs) / elapsedMs,
      waiting: Math.max(0, now.waitingMs - before.waitingMs) / elapsedMs,
    };
  };
}
