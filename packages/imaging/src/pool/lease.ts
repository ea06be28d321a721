import type { Admitted } from './admission.ts';
import type { EngineProcess } from './engine-process.ts';
import type { Roster } from './roster.ts';
import { stopWork } from './stop-work.ts';
import type { ImageBudget, ImageWatch, KillOptions, Limit } from './watch-images.ts';

export interface LeaseContext {
  readonly roster: Pick<Roster, 'giveBack'>;
  readonly watch: ImageWatch;
}

export interface LeaseWork {
  readonly budget: Pick<ImageBudget, 'cpuMs' | 'wallMs'>;
  /** Brings a process to the state that the work needs, each time that the image gets a process. */
  readonly prepare?: (process: EngineProcess) => Promise<unknown>;
  /** How a process is killed that exceeds a limit; with the errors of an image over its budget if not given. */
  readonly end?: (limit: Limit) => KillOptions;
}

/** A process while it has an image. */
export interface Lease {
  readonly process: EngineProcess;
  readonly prepared: Promise<unknown>;
  /**
   * The same process for other work, with other memory. Instead of `end`.
   *
   * @returns undefined if the image must wait for that memory
   */
  goOn(work: LeaseWork, memory: LeaseMemory): Lease | undefined;
  /** Stops all work for the image, and frees its process and its memory. */
  end(): void;
}

export interface LeaseMemory {
  readonly chargedBytes: number;
  /** Memory of the process above which it is killed. */
  readonly limitBytes: number;
}

interface LeaseOptions {
  readonly admitted: Admitted;
  readonly work: LeaseWork;
  readonly memory: LeaseMemory;
}

export function createLease(context: LeaseContext, { admitted, work, memory }: LeaseOptions): Lease {
  const { process, recharge, leave } = admitted;
  const memoryBytes = memory.limitBytes;
  const unwatch = context.watch.watch(process, { ...work.budget, memoryBytes }, work.end);
  const prepared = work.prepare?.(process) ?? Promise.resolve();
  // It is awaited by the work, which may have been aborted.
  prepared.catch(() => {});
  return {
    process,
    prepared,
    goOn(next, more) {
      if (!recharge(more.chargedBytes)) return undefined;
      unwatch();
      return createLease(context, { admitted, work: next, memory: more });
    },
    end: once(() => {
      void freeProcess(context, process, memoryBytes).finally(() => {
        unwatch();
        leave();
      });
    }),
  };
}

/** Resolves when the process is idle, or has ended: until then it has the image's memory. */
async function freeProcess(
  { roster, watch }: LeaseContext,
  process: EngineProcess,
  memoryBytes: number,
): Promise<void> {
  try {
    await stopWork(process, watch, memoryBytes);
    await roster.giveBack(process);
  } catch {
    // The roster replaces it.
    await process.ended;
  }
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
