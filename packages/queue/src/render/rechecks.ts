import type { ImageId } from '@imagemill/variants';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RenderOutcome } from '../jobs.ts';
import { promote, restart } from './start-job.ts';
import { createWakeUps } from './wake-up.ts';

/** What was noted while a job was active could not start it, so its worker looks when it has put it away: see wake-up.ts. */
export interface Rechecks {
  /** To be called before the job's work, so that what is noted from then on is told from what it knows already. */
  begun(job: Job): Promise<void>;
  /** The job is delayed again, since its original was not there. */
  delayed(job: Job): Promise<void>;
  ended(job: Job, how: 'completed' | 'failed', outcome?: RenderOutcome['outcome']): Promise<void>;
}

export function createRechecks(redis: Redis, prefix: string): Rechecks {
  const uploads = createWakeUps(redis, prefix, 'uploaded');
  // Never taken: it is also what the image's status is told by, until the note and the job are both gone.
  const deletions = createWakeUps(redis, prefix, 'deleted');

  const deletionsAtBegin = new WeakMap<Job, number | undefined>();

  return {
    async begun(job) {
      deletionsAtBegin.set(job, await deletions.notedAt(job.id as ImageId));
    },

    async delayed(job) {
      const imageId = job.id as ImageId;
      if ((await uploads.take(imageId)) || (await deletions.notedAt(imageId))) await promote(job);
    },

    async ended(job, how, outcome) {
      const imageId = job.id as ImageId;
      // A dead letter keeps its note: redriven, its upload is known.
      const uploadedMeanwhile = how === 'completed' && (await uploads.take(imageId)) && outcome === 'expired';
      const deletedAt = await deletions.notedAt(imageId);
      const deletedMeanwhile = outcome !== 'deleted' && deletedAt !== deletionsAtBegin.get(job);
      if (uploadedMeanwhile || deletedMeanwhile) await restart(job, redis, how);
    },
  };
}
