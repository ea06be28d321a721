import { readAtMostEvery } from '@imagemill/http';
import type { Backlog, RenderQueue } from '@imagemill/queue';

interface Overload {
  readonly retryAfterSeconds: number;
  /** The unfinished images of a tenant that are its part of the full backlog. A tenant below it still gets tickets. */
  readonly share: number;
}

export interface Backpressure {
  /** Undefined while the backlog is below its limits. @throws QueueUnavailableError */
  overload(): Promise<Overload | undefined>;
}

export interface BackpressureOptions {
  readonly queue: Pick<RenderQueue, 'backlog' | 'drainRate'>;
  /** Jobs; 0 for any number. */
  readonly maxBacklog: number;
  /** Slot-seconds of work, as in the backlog's `predictedSeconds`; 0 for any amount. */
  readonly maxBacklogSeconds: number;
  /** Milliseconds of a monotonic clock; the process's by default. */
  readonly clock?: () => number;
}

/** One process reads from Redis at most this often. */
export const READ_EVERY_MS = 500;

const RETRY_AFTER_MAX_S = 300;
/** No job ended in the last minute: the fleet is starting or stalled. */
const RETRY_AFTER_STALLED_S = 60;

/** Limits each tenant to its share while the backlog is over a limit. */
export function createBackpressure(options: BackpressureOptions): Backpressure {
  const { queue, maxBacklog, maxBacklogSeconds, clock = () => performance.now() } = options;
  if (maxBacklog === 0 && maxBacklogSeconds === 0) return { overload: async () => undefined };

  async function read(): Promise<Overload | undefined> {
    const backlog = await queue.backlog();
    const excess = excessJobs(backlog, maxBacklog, maxBacklogSeconds);
    if (excess <= 0) return undefined;
    const share = Math.max(1, Math.floor((backlog.backlog - excess) / Math.max(1, backlog.tenants)));
    return { share, retryAfterSeconds: retryAfterSeconds(excess, await queue.drainRate()) };
  }
  return { overload: readAtMostEvery(READ_EVERY_MS, clock, read) };
}

/** Jobs over the limit; the larger excess if both limits are exceeded. */
function excessJobs({ backlog, predictedSeconds }: Backlog, maxBacklog: number, maxBacklogSeconds: number): number {
  const overJobs = maxBacklog === 0 ? 0 : backlog - maxBacklog;
  const work = predictedSeconds ?? 0;
  const overSeconds = maxBacklogSeconds === 0 || work === 0 ? 0 : backlog * (1 - maxBacklogSeconds / work);
  return Math.max(overJobs, overSeconds);
}

/** Time until the excess is processed at the rate of the last minute. @param drainRate jobs per second */
function retryAfterSeconds(excess: number, drainRate: number): number {
  if (drainRate === 0) return RETRY_AFTER_STALLED_S;
  return Math.min(RETRY_AFTER_MAX_S, Math.max(1, Math.ceil(excess / drainRate)));
}
