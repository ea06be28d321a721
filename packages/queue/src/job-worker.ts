import { type Job, type JobJson, Worker } from 'bullmq';

/**
 * BullMQ's worker, for queues that may have jobs with malformed JSON. BullMQ parses a job only after it has become active,
 * and then throws: the job stays active, stalls, and is taken again, up to the limit of stalls. Here such a job runs without
 * its payload, and fails as unreadable.
 */
export class JobWorker<Payload, Result> extends Worker<Payload, Result> {
  protected override createJob(json: JobJson, jobId: string): Job<Payload, Result> {
    try {
      return super.createJob(json, jobId);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return super.createJob({ ...json, data: 'null' }, jobId);
    }
  }
}
