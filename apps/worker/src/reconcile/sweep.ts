import { UnreadableError } from '@imagemill/errors';
import type { Notifier } from '@imagemill/images';
import type { Deletions, FinishedImages, Manifests } from '@imagemill/manifests';
import type { ImageIndex, RenderQueue } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';

/** What does not fit together, and what is done about it. docs/reliability.md tells an operator of each. */
export type FindingKind =
  | 'original-without-job'
  | 'images-not-listed'
  | 'upload-not-reported'
  | 'upload-after-expiry'
  | 'result-without-manifest'
  | 'finished-not-indexed'
  | 'id-of-another-tenant'
  | 'upload-of-deleted-image'
  | 'original-replaced'
  | 'deletion-not-done'
  | 'abandoned-parts'
  | 'rendition-without-manifest'
  | 'rendition-of-deleted-image'
  | 'superseded-rendition'
  | 'dead-letter-without-original'
  | 'dead-letter-not-told'
  | 'unreadable';

export interface Finding {
  readonly kind: FindingKind;
  readonly imageId: string;
  readonly tenant?: string;
  /** How many images it is about; `imageId` is the first. One if left out. */
  readonly images?: number;
  /** Puts it right; where there is none an operator has to decide. */
  readonly repair?: () => Promise<void>;
}

export interface ReconcileServices {
  readonly originals: ObjectStorage;
  readonly cdn: ObjectStorage;
  readonly manifests: Manifests;
  readonly deletions: Deletions;
  readonly finishedImages: FinishedImages;
  readonly queue: RenderQueue;
  readonly index: ImageIndex;
  /** How long renditions of an earlier revision stay after their image was made anew. */
  readonly oldRevisionGraceMs: number;
  /** Where tenants have endpoints. */
  readonly notifier?: Notifier | undefined;
}

interface SweepPage {
  /** How many things were looked at. */
  readonly examined: number;
  readonly findings: readonly Finding[];
  /** Where the next page begins; none after the last. */
  readonly next: string | undefined;
}

/**
 * Looks at one page of what there is of a kind, from a position on. It repairs nothing by itself.
 *
 * @throws StorageError, QueueUnavailableError
 */
export type Sweep = (services: ReconcileServices, after: string | undefined, signal: AbortSignal) => Promise<SweepPage>;

/**
 * How long something may look unfinished before it is taken for forgotten: longer than the moment between an upload's
 * end and its report, or between two steps of a deletion.
 */
const SETTLING_MS = 60_000;

export const isSettled = (modifiedAt: Date) => Date.now() - modifiedAt.getTime() >= SETTLING_MS;

/** What a look at one image finds; when something of it can't be read, that, so that the round goes on with the others. */
export async function foundBy(
  look: Promise<Finding | readonly Finding[] | undefined>,
  { imageId, tenant }: { readonly imageId: string; readonly tenant?: string | undefined },
): Promise<readonly Finding[]> {
  try {
    return [(await look) ?? []].flat();
  } catch (error) {
    // Unlike an outage it is the same in each round.
    if (!(error instanceof UnreadableError)) throw error;
    return [{ kind: 'unreadable', imageId, ...(tenant !== undefined && { tenant }) }];
  }
}
