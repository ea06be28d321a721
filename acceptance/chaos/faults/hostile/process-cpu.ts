import { readFile } from 'node:fs/promises';

/** The kernel reports times in hundredths of a second: man 5 proc, USER_HZ. */
const TICK_MS = 10;

/** CPU that a process has used, in milliseconds; 0 if it has ended. Reads /proc: Linux only. */
async function cpuMs(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The second field is the program's name in parentheses, which may contain spaces; the next one is the third.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const [user = 0, system = 0] = [fields[14 - 3], fields[15 - 3]].map(Number);
  return TICK_MS * (user + system);
}

/** Measures a process from now on. @returns a function that returns its mean use of CPU since then, in cores */
export async function watchCpu(pid: number | undefined): Promise<() => Promise<number>> {
  const [before, since] = [await cpuMs(pid), performance.now()];
  return async () => Math.max(0, (await cpuMs(pid)) - before) / (performance.now() - since);
}
