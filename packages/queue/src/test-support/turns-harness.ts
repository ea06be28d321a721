import type { RenderImage } from '@imagemill/records';
import { Tenant } from '@imagemill/variants';
import type { Job } from 'bullmq';
import { vi } from 'vitest';
import { createTurns, type TurnsOptions } from '../turns/turns.ts';
import { queueHarness, renderJob } from './queue-harness.ts';

/** An upload of this tenant. */
export const ofTenant = (tenant: string, contentLength = 1_000_000): RenderImage => ({
  ...renderJob(Tenant.parse(tenant)),
  contentLength,
});

/** A queue whose jobs have turns. Close it with `closeQueues`. */
export async function turnsHarness(weights?: TurnsOptions['weights']) {
  const { queue, raw, work, status, redis, prefix } = await queueHarness();
  const turns = createTurns({ redis, prefix, weights });
  const parked = async (image: RenderImage): Promise<Job> => {
    await queue.awaitUploads([image], 3600_000);
    return (await raw.getJob(image.imageId)) as Job;
  };
  const tag = async (job: Job) => Number(await redis.hget(raw.toKey(String(job.id)), 'priority'));
  const startClock = (at: number) => redis.set(`${prefix}:turns:clock`, at.toFixed());
  return { queue, raw, work, status, redis, prefix, turns, parked, tag, startClock };
}

/** Runs all waiting jobs one at a time, and returns their tenants in order. */
export async function order({
  work,
  queue,
}: Pick<Awaited<ReturnType<typeof turnsHarness>>, 'work' | 'queue'>): Promise<string> {
  let ran = '';
  work(
    async ({ tenant }) => {
      ran += tenant;
      return { outcome: 'ready' };
    },
    { concurrency: 1 },
  );
  await vi.waitUntil(async () => (await queue.backlog()).backlog === 0);
  return ran;
}
