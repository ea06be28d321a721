/** The states of an image. The API hides `deleted` images. */
export type ImageStatus =
  | 'awaiting-upload'
  | 'queued'
  | 'processing'
  | 'ready'
  | 'rejected'
  | 'held'
  | 'failed'
  | 'expired'
  | 'deleted';

export interface JobFacts {
  /** BullMQ's name of the job's state. */
  readonly jobState: string;
  /** A worker has read the original. */
  readonly hasProgress: boolean;
  /** The upload was reported as complete, or the image is an import. */
  readonly uploadReported: boolean;
  readonly deletionRequested: boolean;
  readonly outcome: 'ready' | 'rejected' | 'held' | 'expired' | 'deleted' | undefined;
}

/** The state of an image that has a job. Without a job, the manifest has the state. */
export function imageStatus(facts: JobFacts): ImageStatus {
  const { jobState, hasProgress, uploadReported, outcome } = facts;
  if (facts.deletionRequested) return 'deleted';
  // A completed job always has an outcome. One without it was restarted after its state was read, and is queued again.
  if (jobState === 'completed' && outcome) return outcome;
  if (jobState === 'failed') return 'failed';
  // An active job without progress has not found its original yet: the state does not change.
  if (jobState === 'active' && hasProgress) return 'processing';
  return hasProgress || uploadReported ? 'queued' : 'awaiting-upload';
}
