import { setTimeout as delay } from 'node:timers/promises';
import { familyOf, type Member, readMembers, readProc } from './process-family.ts';

const EVERY_MS = 50;
const HEAVY_NICENESS = 10;
/** All processes of the machine are read to find the family. A new one is found within a quarter of a second: less than its start takes. */
const SAMPLES_OF_A_FAMILY = 5;
/** A second. A process shares more before it has started its own program. */
const SAMPLES_OF_SHARED_MEMORY = 20;
const KIB = 1024;

/** Memory of a process with its descendants, in bytes. */
interface FamilyMemory {
  /** What a container with only this family is charged: all anonymous and shared memory, and the pages of mapped files once. */
  readonly chargedBytes: number;
  /** The sum of the resident sets, which counts shared pages once for each process: a process is a copy of its parent until it has started its program. */
  readonly rssBytes: number;
  /** The sum of the proportional sets, which divides a shared page by all processes that have it, others than the family's included. */
  readonly pssBytes: number;
  /** The largest first. */
  readonly processes: readonly ProcessMemory[];
}

interface ProcessMemory {
  readonly pid: number;
  /** Whether it is the first of the family. */
  readonly isRoot: boolean;
  /** Anonymous and shared memory. */
  readonly ownBytes: number;
  /** Nice value: `packages/imaging/src/pool/lower-priority.ts`. */
  readonly niceness: number;
}

export interface MemoryWatch {
  /** The sample with the most charged memory so far. */
  readonly peak: FamilyMemory;
  /** The largest sum of the resident sets so far. */
  readonly rssPeakBytes: number;
  stop(): Promise<void>;
}

/** Samples the memory of a process and all its descendants, 20 times a second. Reads /proc: Linux only. */
export function watchMemory(rootPid: () => number | undefined): MemoryWatch {
  const over = new AbortController();
  let peak: FamilyMemory = { chargedBytes: 0, rssBytes: 0, pssBytes: 0, processes: [] };
  let rssPeakBytes = 0;

  let samples = 0;
  let known: readonly number[] = [];
  /** Of the sample that was measured last. */
  let last = { sample: 0, pids: '', sharedBytes: 0 };

  function membersOf(pid: number): readonly Member[] {
    samples += 1;
    if (samples % SAMPLES_OF_A_FAMILY !== 1 && known.includes(pid)) return readMembers(known);
    const members = familyOf(pid);
    known = members.map((member) => member.pid);
    return members;
  }

  function take(pid: number): void {
    const members = membersOf(pid);
    const rssBytes = members.reduce((sum, member) => sum + member.rssBytes, 0);
    rssPeakBytes = Math.max(rssPeakBytes, rssBytes);
    const pids = members.map((member) => member.pid).join();
    // The same processes share what they shared a moment ago. To read the charged memory costs much more than the resident sets.
    const isLatest = pids === last.pids && samples < last.sample + SAMPLES_OF_SHARED_MEMORY;
    const sharedBytes = isLatest ? last.sharedBytes : 0;
    if (rssBytes - sharedBytes <= peak.chargedBytes) return;
    const measured = measure(members, pid);
    last = { sample: samples, pids, sharedBytes: measured.rssBytes - measured.chargedBytes };
    if (measured.chargedBytes > peak.chargedBytes) peak = measured;
  }

  async function sample(): Promise<void> {
    while (!over.signal.aborted) {
      const pid = rootPid();
      if (pid !== undefined) take(pid);
      await delay(EVERY_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  }
  const sampling = sample();
  return {
    get peak() {
      return peak;
    },
    get rssPeakBytes() {
      return rssPeakBytes;
    },
    async stop() {
      over.abort();
      await sampling;
    },
  };
}

/** In MiB: the peak with the processes that had it, and the sums of the resident and of the proportional sets. */
export function describeMemory({ peak, rssPeakBytes }: MemoryWatch): string {
  const mib = (bytes: number) => Math.round(bytes / KIB / KIB);
  const processes = peak.processes.map(({ isRoot, niceness, ownBytes }) => {
    const name = isRoot ? 'worker' : niceness >= HEAVY_NICENESS ? 'heavy' : 'light';
    return `${name} ${mib(ownBytes)}`;
  });
  return `${mib(peak.chargedBytes)} MiB charged (${processes.join(', ')}; proportional ${mib(peak.pssBytes)}, resident ${mib(peak.rssBytes)}); largest resident sum ${mib(rssPeakBytes)}`;
}

function measure(members: readonly Member[], rootPid: number): FamilyMemory {
  const measured = members.map(readRollup).filter((one) => one !== undefined);
  const sum = (bytes: (one: Measured) => number) => measured.reduce((total, one) => total + bytes(one), 0);
  return {
    // Programs and libraries are the same files in all processes.
    chargedBytes: sum(({ ownBytes }) => ownBytes) + Math.max(0, ...measured.map(({ fileBytes }) => fileBytes)),
    rssBytes: sum(({ rssBytes }) => rssBytes),
    pssBytes: sum(({ pssBytes }) => pssBytes),
    processes: measured
      .map(({ pid, niceness, ownBytes }) => ({ pid, niceness, ownBytes, isRoot: pid === rootPid }))
      .toSorted((a, b) => b.ownBytes - a.ownBytes),
  };
}

interface Measured extends Member {
  /** Anonymous and shared memory, divided by the processes that have it: after a fork, both have the parent's. */
  readonly ownBytes: number;
  readonly fileBytes: number;
  readonly pssBytes: number;
}

/** https://www.kernel.org/doc/html/latest/filesystems/proc.html, smaps_rollup. Undefined if the process has ended. */
function readRollup(member: Member): Measured | undefined {
  const text = readProc(member.pid, 'smaps_rollup');
  if (text === '') return undefined;
  const bytes = (name: string) => KIB * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  const rssBytes = bytes('Rss');
  const ownBytes = bytes('Pss_Anon') + bytes('Pss_Shmem');
  return { ...member, rssBytes, ownBytes, fileBytes: rssBytes - bytes('Anonymous'), pssBytes: bytes('Pss') };
}
