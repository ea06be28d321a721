import { readdir, readFile } from 'node:fs/promises';

/** Linux's unit of CPU time in /proc. */
const TICKS_PER_SECOND = 100;
const PAGE_MIB = 4096 / 1024 ** 2;

export interface Usage {
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

/**
 * CPU time and memory of a process with all its descendants, those that have ended included. Linux only.
 *
 * The kernel cuts the user and the system time of each process to ticks. Its count in nanoseconds, `schedstat`, has no threads that have ended: in
 * a run of minutes it had 6 to 7 % less, and within 1 % the same in shorter ones.
 */
export async function usageOf(pid: number): Promise<Usage> {
  const stats = (await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(statOf))).flatMap(
    (stat) => stat ?? [],
  );
  const tree = new Set([pid]);
  // Children have higher ids than their parents almost always; a second pass finds the others.
  for (let pass = 0; pass < 3; pass++) for (const stat of stats) if (tree.has(stat.parent)) tree.add(stat.pid);
  const ours = stats.filter((stat) => tree.has(stat.pid));
  return {
    cpuSeconds: ours.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
    rssMb: ours.reduce((sum, { pages }) => sum + pages, 0) * PAGE_MIB,
  };
}

/** CPU time of one process, without its children. Linux only. @throws Error if it has ended */
export async function ownCpuSeconds(pid: number): Promise<number> {
  const stat = await statOf(String(pid));
  if (!stat) throw new Error(`The process ${pid} has ended.`);
  return stat.ownTicks / TICKS_PER_SECOND;
}

async function statOf(name: string) {
  // The process may have ended in the meantime.
  const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // proc(5): the second field may contain spaces and parentheses; the third is at index 0 here.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const at = (field: number) => fields[field - 3] ?? 0;
  const ownTicks = at(14) + at(15);
  return { pid: Number(name), parent: at(4), ownTicks, ticks: ownTicks + at(16) + at(17), pages: at(24) };
}
