import { readdir, readFile } from 'node:fs/promises';

/** The kernel's page, on every platform that the harness runs on. */
const PAGE_BYTES = 4 * 1024;
/** The kernel reports times in hundredths of a second: man 5 proc, USER_HZ. */
const TICK_MS = 10;

/** A process as `/proc/<pid>/stat` shows it. */
export interface Member {
  readonly pid: number;
  readonly parent: number;
  readonly niceness: number;
  readonly rssBytes: number;
  /** Of all its threads. */
  readonly cpuMs: number;
  /** Of its children that have ended, and of theirs. */
  readonly endedCpuMs: number;
}

/** A process and its descendants. Reads /proc: Linux only. */
export async function familyOf(rootPid: number): Promise<readonly Member[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await readMembers(pids.map(Number));
  const family = new Set([rootPid]);
  // A child may have a lower pid than its parent: repeat until nothing is added.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}

export const readMembers = async (pids: readonly number[]): Promise<readonly Member[]> =>
  (await Promise.all(pids.map(readMember))).filter((one) => one !== undefined);

/** Undefined if the process has ended. */
async function readMember(pid: number): Promise<Member | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  if (stat === '') return undefined;
  // The second field is the program's name in parentheses, which may contain spaces; the next one is the third.
  const fields = stat
    .slice(stat.lastIndexOf(') ') + 2)
    .split(' ')
    .map(Number);
  const field = (number: number) => fields[number - 3] ?? 0;
  return {
    pid,
    parent: field(4),
    niceness: field(19),
    rssBytes: field(24) * PAGE_BYTES,
    cpuMs: (field(14) + field(15)) * TICK_MS,
    endedCpuMs: (field(16) + field(17)) * TICK_MS,
  };
}
