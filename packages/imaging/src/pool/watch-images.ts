import { RejectedImageError, TookTooLongError } from '../errors.ts';
import { type EngineProcess, MemoryExceededError } from './engine-process.ts';
import type { ProcessUsage, UsageReader } from './usage-reader.ts';

/** What one image may use in an engine process, from its first step to its last. */
export interface ImageBudget {
  /** CPU of all threads. An image over this limit is rejected as `timeout`. */
  readonly cpuMs: number;
  /** Time on the clock. It does not prove that the image is at fault: TookTooLongError, which is retried. */
  readonly wallMs: number;
  /** Memory. An image over this limit is rejected as `too-complex`. */
  readonly memoryBytes: number;
}

export type Limit = 'cpu' | 'wall' | 'memory';

interface ProcessLimits {
  /** From now on. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Of the process, with what it had before. */
  readonly memoryBytes: number;
}

export interface ImageWatch {
  /** Kills a process that exceeds a limit, with the reason and the error of `end`. Returns the function that ends the watch. */
  watch(process: EngineProcess, limits: ProcessLimits, end?: (limit: Limit) => KillOptions): () => void;
}

export type KillOptions = Parameters<EngineProcess['kill']>;

interface Watched {
  readonly process: EngineProcess;
  readonly limits: ProcessLimits;
  readonly end: (limit: Limit) => KillOptions;
  readonly startedAt: number;
  /** The CPU at the first reading: what the process has used for earlier images does not count. */
  cpuMsBefore: number | undefined;
}

/** Reads the usage of all busy processes in one interval, which runs only while there are any. */
export function createImageWatch(reader: UsageReader): ImageWatch {
  const watched = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;

  async function check(): Promise<void> {
    if (isReading) return;
    isReading = true;
    const usage = await reader.read([...watched].map(({ process }) => process.pid));
    isReading = false;
    for (const image of watched) {
      const limit = exceeded(image, usage.get(image.process.pid));
      if (!limit) continue;
      watched.delete(image);
      image.process.kill(...image.end(limit));
    }
  }

  return {
    watch(process, limits, end = overBudget) {
      const image: Watched = { process, limits, end, startedAt: performance.now(), cpuMsBefore: undefined };
      watched.add(image);
      timer ??= setInterval(check, reader.everyMs);
      return () => {
        watched.delete(image);
        if (watched.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

function exceeded(image: Watched, now: ProcessUsage | undefined): Limit | undefined {
  const { limits, startedAt } = image;
  if (performance.now() - startedAt > limits.wallMs) return 'wall';
  if (!now) return undefined;
  image.cpuMsBefore ??= now.cpuMs;
  if (now.cpuMs - image.cpuMsBefore > limits.cpuMs) return 'cpu';
  return now.memoryBytes > limits.memoryBytes ? 'memory' : undefined;
}

export const overBudget = (limit: Limit): KillOptions => [limit, errors[limit]()];

const errors: Record<Limit, () => Error> = {
  cpu: () => new RejectedImageError('timeout'),
  memory: () => new MemoryExceededError(),
  wall: () => new TookTooLongError(),
};
