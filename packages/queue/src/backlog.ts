import type { ImageId } from '@imagemill/variants';
import type { Reach } from './reach.ts';
import type { WakeUps } from './wake-up.ts';

/** How much work there is; what an autoscaler reads. Numbers of jobs, and milliseconds. */
export interface Backlog {
  /** Jobs that a worker could have in hand now: waiting, active, and delayed ones that are due. */
  readonly backlog: number;
  readonly waiting: number;
  readonly active: number;
  /** With no worker alive nobody moves due jobs to waiting, so a fleet that was scaled to zero must see them here. */
  readonly delayedDue: number;
  /** Not due yet: most of them wait for an upload that was not made. */
  readonly delayed: number;
  readonly failed: number;
  /** How long the job that is next has been ready to start. */
  readonly oldestWaitingMs: number;
}

/** BullMQ keeps a delayed job's time in ms, times 4096, plus a counter below that. */
const DELAYED_SCORE_PER_MS = 4096;

export function readBacklog(reach: Reach, wakeUps: WakeUps): Promise<Backlog> {
  return reach(async (queue, redis) => {
    const now = Date.now();
    const dueScore = (now + 1) * DELAYED_SCORE_PER_MS - 1;
    const [wait, prioritized, active, due, allDelayed, failed, next, firstDelayed] = await Promise.all([
      redis.llen(queue.toKey('wait')),
      redis.zcard(queue.toKey('prioritized')),
      redis.llen(queue.toKey('active')),
      redis.zcount(queue.toKey('delayed'), '-inf', String(dueScore)),
      redis.zcard(queue.toKey('delayed')),
      redis.zcard(queue.toKey('failed')),
      redis.lindex(queue.toKey('wait'), -1),
      redis.zrange(queue.toKey('delayed'), '0', '0', 'WITHSCORES'),
    ]);
    const waiting = wait + prioritized;
    const waitingSince = next
      ? ((await wakeUps.notedAt(next as ImageId)) ?? (await queue.getJob(next))?.timestamp)
      : now;
    const dueSince = firstDelayed[1] === undefined ? now : Number(firstDelayed[1]) / DELAYED_SCORE_PER_MS;
    return {
      backlog: waiting + active + due,
      waiting,
      active,
      delayedDue: due,
      delayed: allDelayed - due,
      failed,
      oldestWaitingMs: Math.max(0, Math.round(now - Math.min(waitingSince ?? now, dueSince))),
    };
  });
}
