import { type Backlog, QueueUnavailableError, type RenderQueue } from '@imagemill/queue';

/** The backlog, the jobs ended per second, and the age of both. */
export interface Figures extends Backlog {
  readonly endedPerSecond: number;
  /** 0 unless Redis cannot be read; then the age of the held figures. */
  readonly ageSeconds: number;
}

/** The figures that autoscalers and dashboards read. */
export interface QueueFigures {
  /**
   * Reads the figures; calls during a read share it. While Redis cannot be read, returns the last ones for up to 15 minutes, because
   * a scaler takes a missing value for 0, and the jobs are still there. A held 0 is not an answer: jobs may be due by now.
   *
   * @throws QueueUnavailableError if Redis cannot be read and there is nothing to hold
   */
  read(): Promise<Figures>;
  /** Reads at intervals until it is closed: each process of the API then holds recent figures, whichever one is asked. */
  keepRecent(): { close(): void };
}

/** A scrape must end within 2 s, and Redis answers within milliseconds or not at all. */
const READ_TIMEOUT_MS = 1_000;
const READ_EVERY_MS = 10_000;
const HELD_MS_MAX = 15 * 60_000;

/** @param clock milliseconds of a monotonic clock */
export function createQueueFigures(
  queue: Pick<RenderQueue, 'backlog' | 'drainRate'>,
  clock: () => number = () => performance.now(),
): QueueFigures {
  let held: { readonly figures: Figures; readonly at: number } | undefined;
  let reading: Promise<Figures> | undefined;

  async function readNow(): Promise<Figures> {
    const [backlog, endedPerSecond] = await withinTime(Promise.all([queue.backlog(), queue.drainRate()]));
    const figures = { ...backlog, endedPerSecond, ageSeconds: 0 };
    held = { figures, at: clock() };
    return figures;
  }

  function holdLast(error: unknown): Figures {
    const ageMs = held ? clock() - held.at : Number.POSITIVE_INFINITY;
    const isKnown = error instanceof QueueUnavailableError && ageMs <= HELD_MS_MAX;
    if (!isKnown || !held || held.figures.backlog === 0) throw error;
    return { ...held.figures, ageSeconds: Math.max(1, Math.round(ageMs / 1000)) };
  }

  function read(): Promise<Figures> {
    reading ??= readNow()
      .catch(holdLast)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  return {
    read,
    keepRecent() {
      const timer = setInterval(() => void read().catch(() => {}), READ_EVERY_MS).unref();
      return { close: () => clearInterval(timer) };
    },
  };
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new QueueUnavailableError(new Error('Redis did not answer in time.'));
    timer = setTimeout(() => reject(error), READ_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
