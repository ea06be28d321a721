import type { Queue } from 'bullmq';

const MINUTE_MS = 60_000;

/**
 * BullMQ counts finished jobs per minute, in the script that finishes a job. It keeps the minutes that `drainRate` reads.
 */
export const drainMetrics = { maxDataPoints: 2 };

/**
 * Jobs finished per second during the last minute, dead letters included. A sliding window counter: the count of the current
 * minute plus the proportional part of the minute before. See Cloudflare's "How we built rate limiting capable of scaling to
 * millions of domains".
 */
export async function drainRate(queue: Queue, now: number): Promise<number> {
  const [completed, failed] = await Promise.all([
    queue.getMetrics('completed', 0, 0),
    queue.getMetrics('failed', 0, 0),
  ]);
  return (endedInLastMinute(completed, now) + endedInLastMinute(failed, now)) / 60;
}

type Metrics = Awaited<ReturnType<Queue['getMetrics']>>;

/** BullMQ starts a new minute with the first job that finishes in it, at `prevTS`. Until then, its numbers are older. */
function endedInLastMinute({ meta, data }: Metrics, now: number): number {
  const current = meta.count - meta.prevCount;
  const before = Number(data[0] ?? 0);
  const minutesSince = Math.floor(now / MINUTE_MS) - Math.floor(meta.prevTS / MINUTE_MS);
  const partOfMinuteBefore = 1 - (now % MINUTE_MS) / MINUTE_MS;
  if (minutesSince <= 0) return current + before * partOfMinuteBefore;
  return minutesSince === 1 ? current * partOfMinuteBefore : 0;
}
