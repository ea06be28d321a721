import { RejectedImageError, TookTooLongError } from '../errors.ts';
import type { EngineProcess } from './engine-process.ts';
import type { ProcessUsage, UsageReader } from './process-usage.ts';

/** What one image may use in an engine process, from its first step to its last. */
export interface ImageBudget {
  /** CPU of all threads. An image over this limit is rejected as `timeout`. */
  readonly cpuMs: number;
  /** Time on the clock. It does not prove that the image is at fault: TookTooLongError, which is retried. */
  readonly wallMs: number;
  /** Growth of the process's resident memory. An image over this limit is rejected as `too-complex`. */
  readonly memoryBytes: number;
}

export interface ImageWatch {
  /** Kills the process of an image that exceeds its budget. Returns the function that ends the watch. */
  watch(process: EngineProcess, budget: ImageBudget): () => void;
}

type Limit = 'cpu' | 'wall' | 'memory';

interface Watched {
  readonly process: EngineProcess;
  readonly budget: ImageBudget;
  readonly startedAt: number;
  /** The usage before the image; undefined until it was read. */
  before: ProcessUsage | undefined;
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
      const reason = exceeded(image, usage.get(image.process.pid));
      if (!reason) continue;
      watched.delete(image);
      image.process.kill(reason, errors[reason]());
    }
  }

  return {
    watch(process, budget) {
      const image: Watched = { process, budget, startedAt: performance.now(), before: undefined };
      watched.add(image);
      timer ??= setInterval(check, reader.everyMs);
      // What the process has used for earlier images does not count.
      void check();
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
  const { budget } = image;
  if (performance.now() - image.startedAt > budget.wallMs) return 'wall';
  image.before ??= now;
  if (!now || !image.before) return undefined;
  if (now.cpuMs - image.before.cpuMs > budget.cpuMs) return 'cpu';
  return now.rssBytes - image.before.rssBytes > budget.memoryBytes ? 'memory' : undefined;
}

const errors: Record<Limit, () => Error> = {
  cpu: () => new RejectedImageError('timeout'),
  memory: () => new RejectedImageError('too-complex'),
  wall: () => new TookTooLongError(),
};
