import type { ImageId } from '@imagemill/variants';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RenderOutcome } from '../jobs.ts';
import type { JobStarts } from './start-job.ts';
import { createWakeUps } from './wake-up.ts';

/** Notes taken while a job was active could not start it. Its worker reads them after the run: see wake-up.ts. */
export interface Rechecks {
  /** Call it before the job's work, to distinguish earlier notes from new ones. */
  begun(job: Job): Promise<void>;
  /** Call it after the job was delayed again. @param awaitsUpload because its original is missing: a report of it starts the job */
  delayed(job: Job, how: { awaitsUpload: boolean }): Promise<void>;
  ended(job: Job, how: 'completed' | 'failed', outcome?: RenderOutcome['outcome']): Promise<void>;
}

export function createRechecks(redis: Redis, prefix: string, starts: JobStarts): Rechecks {
  const uploads = createWakeUps(redis, prefix, 'uploaded');
  // Never taken: the image's status depends on this note as long as the note or the job exists.
  const deletions = createWakeUps(redis, prefix, 'deleted');

  const deletionsAtBegin = new WeakMap<Job, number | undefined>();

  return {
    async begun(job) {
      deletionsAtBegin.set(job, await deletions.notedAt(job.id as ImageId));
    },

    async delayed(job, { awaitsUpload }) {
      const imageId = job.id as ImageId;
      const isReported = awaitsUpload && (await uploads.take(imageId));
      if (isReported || (await deletions.notedAt(imageId))) await starts.promote(job);
    },

    async ended(job, how, outcome) {
      const imageId = job.id as ImageId;
      // A dead letter keeps its note: after a redrive, its upload is still known.
      const uploadedMeanwhile = how === 'completed' && (await uploads.take(imageId)) && outcome === 'expired';
      const deletedAt = await deletions.notedAt(imageId);
      const deletedMeanwhile = outcome !== 'deleted' && deletedAt !== deletionsAtBegin.get(job);
      if (uploadedMeanwhile || deletedMeanwhile) await starts.restart(job, how);
    },
  };
}
