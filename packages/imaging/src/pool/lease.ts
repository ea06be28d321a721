import type { EngineProcess } from './engine-process.ts';
import type { Roster } from './roster.ts';
import { stopWork } from './stop-work.ts';
import type { ImageBudget, ImageWatch } from './watch-images.ts';

export interface LeaseContext {
  readonly roster: Pick<Roster, 'giveBack'>;
  readonly watch: ImageWatch;
}

export interface LeaseWork {
  readonly budget: Pick<ImageBudget, 'cpuMs' | 'wallMs'>;
  /** Brings a process to the state that the work needs, each time that the image gets a process. */
  readonly prepare?: (process: EngineProcess) => Promise<unknown>;
}

/** A process while it has an image. */
export interface Lease {
  readonly process: EngineProcess;
  readonly prepared: Promise<unknown>;
  /** The same process for other work. Instead of `end`. */
  goOn(work: LeaseWork): Lease;
  /** Stops all work for the image, and frees its process and its memory. */
  end(): void;
}

interface LeaseOptions {
  readonly process: EngineProcess;
  readonly work: LeaseWork;
  /** Memory of the process above which it is killed. */
  readonly memoryBytes: number;
  /** Returns what was counted for the image. */
  readonly leave: () => void;
}

export function createLease(context: LeaseContext, { work, ...held }: LeaseOptions): Lease {
  const { process, memoryBytes, leave } = held;
  const unwatch = context.watch.watch(process, { ...work.budget, memoryBytes });
  const prepared = work.prepare?.(process) ?? Promise.resolve();
  // It is awaited by the work, which may have been aborted.
  prepared.catch(() => {});
  return {
    process,
    prepared,
    goOn(next) {
      unwatch();
      return createLease(context, { ...held, work: next });
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
