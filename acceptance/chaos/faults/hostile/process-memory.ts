import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 50;
const KIB = 1024;

export interface MemoryWatch {
  /** The largest sum so far, in bytes. */
  readonly peakBytes: number;
  stop(): Promise<void>;
}

/** Samples the resident memory of a process and all its descendants, 20 times a second. Reads /proc: Linux only. */
export function watchMemory(rootPid: () => number | undefined): MemoryWatch {
  const over = new AbortController();
  let peakBytes = 0;
  async function sample(): Promise<void> {
    while (!over.signal.aborted) {
      const pid = rootPid();
      if (pid !== undefined) peakBytes = Math.max(peakBytes, await familyBytes(pid));
      await delay(EVERY_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  }
  const sampling = sample();
  return {
    get peakBytes() {
      return peakBytes;
    },
    async stop() {
      over.abort();
      await sampling;
    },
  };
}

interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly rssBytes: number;
}

async function familyBytes(rootPid: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const facts = (await Promise.all(pids.map(readFacts))).filter((one) => one !== undefined);
  const family = new Set([rootPid]);
  // A child may have a lower pid than its parent: repeat until nothing is added.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of facts) if (family.has(parent)) family.add(pid);
  }
  return facts.reduce((sum, { pid, rssBytes }) => sum + (family.has(pid) ? rssBytes : 0), 0);
}

/** Undefined if the process has ended. */
async function readFacts(pid: string): Promise<ProcessFacts | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, parent] = /^PPid:\s+(\d+)/m.exec(status) ?? [];
  if (parent === undefined) return undefined;
  const [, rssKib = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
  return { pid: Number(pid), parent: Number(parent), rssBytes: Number(rssKib) * KIB };
}
