import { closeSync, openSync, readSync } from 'node:fs';
import type { ProcessUsage, UsageReader } from './usage-reader.ts';

/** The kernel reports times to user space in hundredths of a second on every platform: man 5 proc, USER_HZ. */
const TICK_MS = 10;
const EVERY_MS = 25;
/** Both files are shorter. */
const TEXT_BYTES = 1024;

interface OpenFiles {
  readonly stat: number;
  readonly statm: number;
}

/**
 * Reads usage from /proc on Linux. The files of a process stay open, so that a reading is two system calls: an image is
 * watched by several readings, and opening the files each time took 7 % of the CPU of an edge.
 */
export function createProcReader(pageBytes: number): UsageReader {
  const files = new Map<number, OpenFiles>();
  const buffer = Buffer.allocUnsafeSlow(TEXT_BYTES);

  const textOf = (file: number) => buffer.toString('latin1', 0, readSync(file, buffer, 0, TEXT_BYTES, 0));

  function filesOf(pid: number): OpenFiles {
    const open = files.get(pid) ?? {
      stat: openSync(`/proc/${pid}/stat`, 'r'),
      statm: openSync(`/proc/${pid}/statm`, 'r'),
    };
    files.set(pid, open);
    return open;
  }

  function usageOf(pid: number): ProcessUsage | undefined {
    try {
      const { stat, statm } = filesOf(pid);
      const [resident = 0, shared = 0] = textOf(statm).split(' ', 3).slice(1).map(Number);
      return { cpuMs: ticksOf(textOf(stat)) * TICK_MS, memoryBytes: (resident - shared) * pageBytes };
    } catch {
      return undefined;
    }
  }

  return {
    everyMs: EVERY_MS,
    read: async (pids) =>
      new Map(
        pids.flatMap((pid) => {
          const usage = usageOf(pid);
          return usage ? [[pid, usage]] : [];
        }),
      ),
    forget(pid) {
      const open = files.get(pid);
      files.delete(pid);
      if (open) for (const file of [open.stat, open.statm]) closeSync(file);
    },
  };
}

/** User and system time. */
function ticksOf(stat: string): number {
  // The second field is the program's name in parentheses, which may contain spaces; the next one is the third.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ', 15 - 2);
  return Number(fields[14 - 3]) + Number(fields[15 - 3]);
}
