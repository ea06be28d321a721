import { familyOf, readMembers, readProc } from './process-family.ts';

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
function readTimes(pid: number | undefined): CpuTimes {
  const [member] = readMembers(pid === undefined ? [] : [pid]);
  // https://www.kernel.org/doc/html/latest/scheduler/sched-stats.html#proc-pid-schedstat
  const [, waitingNs = 0] = readProc(pid, 'schedstat').split(' ').map(Number);
  return { cpuMs: member?.cpuMs ?? 0, waitingMs: waitingNs / NANOSECONDS_PER_MS };
}

/** Measures a process from now on. @returns a function that returns what it did since then */
export function watchCpu(pid: number | undefined): () => CpuUse {
  const [before, since] = [readTimes(pid), performance.now()];
  return () => {
    const [now, elapsedMs] = [readTimes(pid), performance.now() - since];
    return {
      cores: Math.max(0, now.cpuMs - before.cpuMs) / elapsedMs,
      waiting: Math.max(0, now.waitingMs - before.waitingMs) / elapsedMs,
    };
  };
}

/** Mean use of CPU from now on, in cores: of each process, without and with its descendants, those included that have ended since. */
export function watchCores(
  pids: Readonly<Record<string, number | undefined>>,
): () => Readonly<Record<string, { readonly own: number; readonly family: number }>> {
  const names = Object.keys(pids);
  const readAll = () => names.map((name) => readFamily(pids[name]));
  const [before, since] = [readAll(), performance.now()];
  return () => {
    const [now, elapsedMs] = [readAll(), performance.now() - since];
    const cores = (index: number, what: 'own' | 'family') =>
      Math.max(0, (now[index]?.[what] ?? 0) - (before[index]?.[what] ?? 0)) / elapsedMs;
    return Object.fromEntries(
      names.map((name, index) => [name, { own: cores(index, 'own'), family: cores(index, 'family') }]),
    );
  };
}

/** In ms of CPU. */
function readFamily(pid: number | undefined): { own: number; family: number } {
  const members = pid === undefined ? [] : familyOf(pid);
  const own = members.find((member) => member.pid === pid)?.cpuMs ?? 0;
  return { own, family: members.reduce((sum, { cpuMs, endedCpuMs }) => sum + cpuMs + endedCpuMs, 0) };
}
