import type { ImageId } from '@imagemill/variants';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Reach } from './reach.ts';
import { readySince } from './ready-since.ts';
import { createSlotTime } from './slot-time.ts';
import type { WakeUps } from './wake-up.ts';

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

export function readBacklog(reach: Reach, wakeUps: WakeUps, prefix: string): Promise<Backlog> {
  return reach(async (queue, redis) => {
    const now = Date.now();
    const dueScore = (now + 1) * DELAYED_SCORE_PER_MS - 1;
    const [wait, prioritized, active, due, allDelayed, failed, nextIds, firstDelayed, slotSeconds] = await Promise.all([
      redis.llen(queue.toKey('wait')),
      redis.zcard(queue.toKey('prioritized')),
      redis.llen(queue.toKey('active')),
      redis.zcount(queue.toKey('delayed'), '-inf', String(dueScore)),
      redis.zcard(queue.toKey('delayed')),
      redis.zcard(queue.toKey('failed')),
      Promise.all([redis.lindex(queue.toKey('wait'), -1), redis.zrange(queue.toKey('prioritized'), '0', '0')]),
      redis.zrange(queue.toKey('delayed'), '0', '0', 'WITHSCORES'),
      createSlotTime(redis, prefix).mean(),
    ]);
    const backlog = wait + prioritized + active + due;
    const waitingSince = await Promise.all(
      nextIds.flat().map((id) => (id === null ? now : waitingSinceOf(queue, redis, wakeUps, id))),
    );
    const dueSince = firstDelayed[1] === undefined ? now : Number(firstDelayed[1]) / DELAYED_SCORE_PER_MS;
    return {
      backlog,
      waiting: wait + prioritized,
      prioritized,
      active,
      delayedDue: due,
      delayed: allDelayed - due,
      failed,
      oldestWaitingMs: Math.max(0, Math.round(now - Math.min(now, dueSince, ...waitingSince))),
      predictedSeconds: predictedSeconds(backlog, slotSeconds),
    };
  });
}

async function waitingSinceOf(queue: Queue, redis: Redis, wakeUps: WakeUps, id: string): Promise<number> {
  const [job, reportedAt] = await Promise.all([
    queue.getJob(id) as Promise<Job | undefined>,
    wakeUps.reportedAt(id as ImageId),
  ]);
  // It was taken, ended and removed since its id was read.
  return job ? readySince(redis, job, reportedAt) : Date.now();
}

function predictedSeconds(jobs: number, slotSeconds: number | undefined): number | null {
  if (jobs === 0) return 0;
  return slotSeconds === undefined ? null : Math.round(jobs * slotSeconds * 1000) / 1000;
}
