/** The states of an image, as a seller sees them; one that is deleted is not there for them. */
export type ImageStatus =
  | 'awaiting-upload'
  | 'queued'
  | 'processing'
  | 'ready'
  | 'rejected'
  | 'failed'
  | 'expired'
  | 'deleted';

export interface JobFacts {
  /** BullMQ's own name of the state that the job is in. */
  readonly jobState: string;
  /** A worker has read the original. */
  readonly hasProgress: boolean;
  /** Somebody told us that the upload is complete, or nothing is to be uploaded. */
  readonly uploadReported: boolean;
  readonly deletionRequested: boolean;
  readonly outcome: 'ready' | 'rejected' | 'expired' | 'deleted' | undefined;
}

/** What state an image is in while it has a job. A finished image without one is what its manifest says. */
export function imageStatus(facts: JobFacts): ImageStatus {
  const { jobState, hasProgress, uploadReported, outcome } = facts;
  if (facts.deletionRequested) return 'deleted';
  if (jobState === 'completed') return outcome ?? 'ready';
  if (jobState === 'failed') return 'failed';
  // An active job without progress has not found its original yet: it still is what it was before.
  if (jobState === 'active' && hasProgress) return 'processing';
  return hasProgress || uploadReported ? 'queued' : 'awaiting-upload';
}
