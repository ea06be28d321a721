/** The outcome of all uploads during one fault. */
export interface FaultReport {
  readonly fault: string;
  readonly description: string;
  /** Images whose PUT the storage accepted. */
  readonly uploads: number;
  /** Uploads that the fault poisoned: they must be rejected as `crashed-decoder`. */
  readonly poisoned: number;
  /** Ready, with a manifest in the bucket, and with every rendition present and correct. */
  readonly ready: number;
  /** Damaged or poisoned files that were rejected. */
  readonly rejected: number;
  /** Uploads without a final status within the time limit, or ready without a manifest. */
  readonly lost: number;
  /** Renders that finished although the image already had one. */
  readonly duplicatedRenders: number;
  /** Renders that started although one had started before. */
  readonly restartedRenders: number;
  /** Manifests that listed a missing rendition, when they appeared or at the end. */
  readonly partialManifests: number;
  /** Renditions of another picture or size, good pictures that were rejected, damaged ones that were not. */
  readonly wrongPictures: number;
  /** Jobs that failed for internal reasons, by code. */
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly redriven: { readonly count: number; readonly ready: number };
  /** Images that took more than one attempt. */
  readonly attemptsUsed: number;
  /** Jobs in flight on a process that was killed or paused. */
  readonly interruptedJobs: number;
  /** The longest time until such a job ran again. */
  readonly worstRecoveryMs?: number;
  readonly durationMs: number;
  readonly seed: number;
  readonly notes: readonly string[];
  /** One sentence per missed goal; empty means success. */
  readonly missed: readonly string[];
  /** The folder of the logs, if they were kept. */
  readonly logs?: string;
}
