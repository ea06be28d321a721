/** What one fault did to the images that were uploaded meanwhile. */
export interface FaultReport {
  readonly fault: string;
  readonly description: string;
  /** Images whose PUT the storage took. */
  readonly uploads: number;
  /** Of these, images that were made to end as dead letters. */
  readonly poisoned: number;
  /** Ready, with a manifest in the bucket, and every rendition there and right. */
  readonly ready: number;
  /** No pictures, and told so. */
  readonly rejected: number;
  /** Uploaded, and without an end in the time that was set; or ready without its pictures. */
  readonly lost: number;
  /** Renders that were finished although the image had one already. */
  readonly duplicatedRenders: number;
  /** Renders that were begun although one had been begun before. */
  readonly restartedRenders: number;
  /** Manifests that named a rendition that was not there, when they appeared or at the end. */
  readonly partialManifests: number;
  /** Renditions of another picture or another size, good pictures that were rejected, bad ones that were not. */
  readonly wrongPictures: number;
  /** Jobs that were given up because of us, by code. */
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly redriven: { readonly count: number; readonly ready: number };
  /** Ready or rejected images that used up more than one attempt. */
  readonly attemptsUsed: number;
  /** Jobs that were in the hands of a process that was killed or paused. */
  readonly interruptedJobs: number;
  /** The longest that such a job took to run again. */
  readonly worstRecoveryMs?: number;
  readonly durationMs: number;
  readonly seed: number;
  readonly notes: readonly string[];
  /** A sentence per goal that was missed; none is success. */
  readonly missed: readonly string[];
  /** Where the logs are, if they were kept. */
  readonly logs?: string;
}
