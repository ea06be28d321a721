import type { Queue } from 'bullmq';

const MINUTE_MS = 60_000;

/**
 * What workers have BullMQ count, in the step that ends a job, so that no end is missed: jobs a minute, for as many minutes
 * as `drainRate` looks at.
 */
export const drainMetrics = { maxDataPoints: 2 };

/**
 * Jobs that came to an end, dead letters too, in the last minute, for each second of it. A minute is seldom over when
 * this is asked, so what it has so far is added to the part of the minute before that still counts: a sliding window
 * counter, as in Cloudflare's "How we built rate limiting capable of scaling to millions of domains".
 */
export async function drainRate(queue: Queue, now: number): Promise<number> {
  const [completed, failed] = await Promise.all([
    queue.getMetrics('completed', 0, 0),
    queue.getMetrics('failed', 0, 0),
  ]);
  return (endedInLastMinute(completed, now) + endedInLastMinute(failed, now)) / 60;
}

type Metrics = Awaited<ReturnType<Queue['getMetrics']>>;

/** BullMQ's minute begins anew with the first end in it, at `prevTS`: until then its numbers are of an earlier minute. */
function endedInLastMinute({ meta, data }: Metrics, now: number): number {
  const current = meta.count - meta.prevCount;
  const before = Number(data[0] ?? 0);
  const minutesSince = Math.floor(now / MINUTE_MS) - Math.floor(meta.prevTS / MINUTE_MS);
  const partOfMinuteBefore = 1 - (now % MINUTE_MS) / MINUTE_MS;
  if (minutesSince <= 0) return current + before * partOfMinuteBefore;
  return minutesSince === 1 ? current * partOfMinuteBefore : 0;
}
