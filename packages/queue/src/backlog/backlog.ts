import { UnreadableError } from '@imagemill/errors';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueAccess } from '../connection/queue-access.ts';
import { execute } from '../connection/redis-errors.ts';
import { jobs } from '../jobs.ts';
import { looksKey } from '../looks/look-scripts.ts';
import { readJob } from '../read-job.ts';
import { turnsKey } from '../turns/turns.ts';
import { createSlotTime } from './slot-time.ts';
import { waitingSince } from './waiting-since.ts';

/** The amount of outstanding work, for autoscalers. Numbers of jobs, and milliseconds. */
export interface Backlog {
  /**
   * Renders that are running or could run now: waiting, active, and delayed ones that are due. All due looks for uploads count as
   * one job, and so do all due webhook deliveries and purges: they need a worker, but not more of them.
   */
  readonly backlog: number;
  /** Includes prioritized jobs. */
  readonly waiting: number;
  readonly prioritized: number;
  readonly active: number;
  /** Workers move due jobs to waiting. After a scale-down to zero, due jobs are only visible here. */
  readonly delayedDue: number;
  /** 1 if a look for an upload is due. Workers do these beside their jobs. */
  readonly looksDue: number;
  /** 1 if a webhook delivery or a purge is running or could run now. */
  readonly messagesDue: number;
  /** Not due yet; most of them wait for an upload. */
  readonly delayed: number;
  readonly failed: number;
  /** How long the next job has been ready to start. */
  readonly oldestWaitingMs: number;
  /**
   * Slot-seconds of work in the backlog: its jobs times the mean slot time of a finished job. Divided by all slots of the
   * fleet (workers × WORKER_CONCURRENCY), it is the time that the backlog takes. null if there is work but no job has been
   * measured yet.
   */
  readonly predictedSeconds: number | null;
  /** Tenants that have waiting jobs, or had one that was started last. */
  readonly tenants: number;
}

/** The queues of short jobs that workers do beside their renders. */
const messageQueues = [jobs.deliverWebhook.queue, jobs.purgeImage.queue];

/** BullMQ keeps a delayed job's time in ms, times 4096, plus a counter below that. */
const DELAYED_SCORE_PER_MS = 4096;

export function readBacklog(onQueue: QueueAccess, prefix: string): Promise<Backlog> {
  return onQueue(async (queue, redis) => {
    const now = Date.now();
    const [seen, messagesDue, slotSeconds] = await Promise.all([
      readCounts(queue, redis, { now, looks: looksKey(prefix), turns: turnsKey(prefix) }),
      areMessagesDue(redis, prefix, now),
      createSlotTime(redis, prefix).mean(),
    ]);
    const [wait, prioritized, active, due, delayed, failed, tenantsWithLooks, tenants] = seen.counts;
    const renders = wait + prioritized + active + due;
    const looksDue = Math.min(1, tenantsWithLooks);
    const waitingSince = await Promise.all(seen.nextIds.map((id) => waitingSinceOf(queue, redis, id)));
    return {
      backlog: renders + looksDue + messagesDue,
      waiting: wait + prioritized,
      prioritized,
      active,
      delayedDue: due,
      looksDue,
      messagesDue,
      delayed: delayed - due,
      failed,
      oldestWaitingMs: Math.max(0, Math.round(now - Math.min(now, seen.firstDueAt ?? now, ...waitingSince))),
      predictedSeconds: predictedSeconds(renders, slotSeconds),
      tenants,
    };
  });
}

/** Reads in one transaction: a job in transition is neither counted twice nor missed. */
async function readCounts(
  queue: Queue,
  redis: Redis,
  { now, looks, turns }: { now: number; looks: string; turns: string },
) {
  const values = await execute(
    redis
      .multi()
      .llen(queue.toKey('wait'))
      .zcard(queue.toKey('prioritized'))
      .llen(queue.toKey('active'))
      .zcount(queue.toKey('delayed'), '-inf', dueScore(now))
      .zcard(queue.toKey('delayed'))
      .zcard(queue.toKey('failed'))
      .zcount(looks, '-inf', now)
      .zcard(turns)
      .lindex(queue.toKey('wait'), -1)
      .zrange(queue.toKey('prioritized'), '0', '0')
      .zrange(queue.toKey('delayed'), '0', '0', 'WITHSCORES'),
  );
  const counts = values.slice(0, 8).map(Number);
  const [nextWaiting, nextPrioritized, firstDelayed] = values.slice(8) as [string | null, string[], string[]];
  return {
    counts: counts as [
      ...[wait: number, prioritized: number, active: number, due: number, delayed: number, failed: number],
      ...[tenantsWithLooks: number, tenants: number],
    ],
    nextIds: [nextWaiting ?? [], nextPrioritized].flat(),
    firstDueAt: firstDelayed[1] === undefined ? undefined : Number(firstDelayed[1]) / DELAYED_SCORE_PER_MS,
  };
}

/** @returns 1 if they are */
async function areMessagesDue(redis: Redis, prefix: string, now: number): Promise<0 | 1> {
  const counts = redis.multi();
  for (const name of messageQueues) {
    const key = (state: string) => `${prefix}:${name}:${state}`;
    counts.llen(key('wait')).zcard(key('prioritized')).llen(key('active'));
    counts.zcount(key('delayed'), '-inf', dueScore(now));
  }
  return (await execute(counts)).some((count) => Number(count) > 0) ? 1 : 0;
}

/** The highest score of a delayed job that is due. */
const dueScore = (now: number) => String((now + 1) * DELAYED_SCORE_PER_MS - 1);

async function waitingSinceOf(queue: Queue, redis: Redis, id: string): Promise<number> {
  // An unreadable job must not hide the backlog. The worker that takes it turns it into a dead letter.
  const job = await readJob(queue, id).catch(ignoreUnreadable);
  // Undefined if the job has finished and was removed since its id was read.
  return job ? waitingSince(redis, job) : Date.now();
}

function ignoreUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableError)) throw error;
}

function predictedSeconds(jobs: number, slotSeconds: number | undefined): number | null {
  if (jobs === 0) return 0;
  return slotSeconds === undefined ? null : Math.round(jobs * slotSeconds * 1000) / 1000;
}
