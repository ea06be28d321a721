import { readdirSync, readFileSync } from 'node:fs';

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

/**
 * A process and its descendants. Reads /proc: Linux only. The reads are synchronous: twenty times a second by threads, they took a quarter of a core from
 * what is measured.
 */
export function familyOf(rootPid: number): readonly Member[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const all = readMembers(pids.map(Number));
  const family = new Set([rootPid]);
  // A child may have a lower pid than its parent: repeat until nothing is added.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}

export const readMembers = (pids: readonly number[]): readonly Member[] =>
  pids.map(readMember).filter((one) => one !== undefined);

/** The empty string if the process has ended. */
export function readProc(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/** Undefined if the process has ended. */
function readMember(pid: number): Member | undefined {
  const stat = readProc(pid, 'stat');
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
