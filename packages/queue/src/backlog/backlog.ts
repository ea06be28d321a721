import { UnreadableError } from '@imagemill/errors';
import type { ImageId } from '@imagemill/variants';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueAccess } from '../connection/queue-access.ts';
import { execute } from '../connection/redis-errors.ts';
import { readJob } from '../read-job.ts';
import type { WakeUps } from '../render/wake-up.ts';
import { createSlotTime } from './slot-time.ts';
import { waitingSince } from './waiting-since.ts';

/** How much work there is; what an autoscaler reads. Numbers of jobs, and milliseconds. */
export interface Backlog {
  /** Jobs that a worker could have in hand now: waiting, active, and delayed ones that are due. */
  readonly backlog: number;
  /** The prioritized ones are among them. */
  readonly waiting: number;
  readonly prioritized: number;
  readonly active: number;
  /** With no worker alive nobody moves due jobs to waiting, so a fleet that was scaled to zero must see them here. */
  readonly delayedDue: number;
  /** Not due yet: most of them wait for an upload that was not made. */
  readonly delayed: number;
  readonly failed: number;
  /** How long the job that is next has been ready to start. */
  readonly oldestWaitingMs: number;
  /**
   * Slot-seconds of work in the backlog: its jobs times the mean time that a finished job held its slot. Divided by all
   * slots of the fleet (workers × WORKER_CONCURRENCY) it is how long the backlog takes. null while there is work but no
   * job was ever measured.
   */
  readonly predictedSeconds: number | null;
}

/** BullMQ keeps a delayed job's time in ms, times 4096, plus a counter below that. */
const DELAYED_SCORE_PER_MS = 4096;

export function readBacklog(onQueue: QueueAccess, wakeUps: WakeUps, prefix: string): Promise<Backlog> {
  return onQueue(async (queue, redis) => {
    const now = Date.now();
    const [seen, slotSeconds] = await Promise.all([look(queue, redis, now), createSlotTime(redis, prefix).mean()]);
    const [wait, prioritized, active, due, delayed, failed] = seen.counts;
    const backlog = wait + prioritized + active + due;
    const waitingSince = await Promise.all(seen.nextIds.map((id) => waitingSinceOf(queue, redis, wakeUps, id)));
    return {
      backlog,
      waiting: wait + prioritized,
      prioritized,
      active,
      delayedDue: due,
      delayed: delayed - due,
      failed,
      oldestWaitingMs: Math.max(0, Math.round(now - Math.min(now, seen.firstDueAt ?? now, ...waitingSince))),
      predictedSeconds: predictedSeconds(backlog, slotSeconds),
    };
  });
}

/** In one transaction: a job that is just being moved is neither counted twice nor missed. */
async function look(queue: Queue, redis: Redis, now: number) {
  const values = await execute(
    redis
      .multi()
      .llen(queue.toKey('wait'))
      .zcard(queue.toKey('prioritized'))
      .llen(queue.toKey('active'))
      .zcount(queue.toKey('delayed'), '-inf', String((now + 1) * DELAYED_SCORE_PER_MS - 1))
      .zcard(queue.toKey('delayed'))
      .zcard(queue.toKey('failed'))
      .lindex(queue.toKey('wait'), -1)
      .zrange(queue.toKey('prioritized'), '0', '0')
      .zrange(queue.toKey('delayed'), '0', '0', 'WITHSCORES'),
  );
  const counts = values.slice(0, 6).map(Number);
  const [nextWaiting, nextPrioritized, firstDelayed] = values.slice(6) as [string | null, string[], string[]];
  return {
    counts: counts as [wait: number, prioritized: number, active: number, due: number, delayed: number, failed: number],
    nextIds: [nextWaiting ?? [], nextPrioritized].flat(),
    firstDueAt: firstDelayed[1] === undefined ? undefined : Number(firstDelayed[1]) / DELAYED_SCORE_PER_MS,
  };
}

async function waitingSinceOf(queue: Queue, redis: Redis, wakeUps: WakeUps, id: string): Promise<number> {
  const [job, reportedAt] = await Promise.all([
    // One that can't be read must not hide the backlog: the worker that gets it makes a dead letter of it.
    readJob(queue, id).catch(ignoreUnreadable),
    wakeUps.notedAt(id as ImageId),
  ]);
  // It was taken, ended and removed since its id was read.
  return job ? waitingSince(redis, job, reportedAt) : Date.now();
}

function ignoreUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableError)) throw error;
}

function predictedSeconds(jobs: number, slotSeconds: number | undefined): number | null {
  if (jobs === 0) return 0;
  return slotSeconds === undefined ? null : Math.round(jobs * slotSeconds * 1000) / 1000;
}
