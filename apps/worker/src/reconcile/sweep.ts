import { UnreadableError } from '@imagemill/errors';
import type { Notifier } from '@imagemill/images';
import type { Deletions, FinishedImages, Manifests, Previews } from '@imagemill/manifests';
import type { Fingerprints, ImageIndex, PurgeQueue, RenderQueue } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import type { Categories } from '@imagemill/variants';

/** Kinds of inconsistencies. docs/reliability.md describes each with its repair. */
export type FindingKind =
  | 'original-without-job'
  | 'images-not-listed'
  | 'fingerprints-lost'
  | 'upload-not-reported'
  | 'upload-after-expiry'
  | 'result-without-manifest'
  | 'finished-not-indexed'
  | 'id-of-another-tenant'
  | 'upload-of-deleted-image'
  | 'original-replaced'
  | 'deletion-not-done'
  | 'tombstone-not-needed'
  | 'abandoned-parts'
  | 'rendition-without-manifest'
  | 'rendition-of-deleted-image'
  | 'rendition-of-rejected-image'
  | 'rendition-of-held-image'
  | 'public-rendition-of-private-image'
  | 'superseded-rendition'
  | 'old-size'
  | 'dead-letter-without-original'
  | 'dead-letter-not-published'
  | 'held-for-too-long'
  | 'held-without-verdict'
  | 'judged-without-job'
  | 'preview-not-needed'
  | 'unreadable';

export interface Finding {
  readonly kind: FindingKind;
  readonly imageId: string;
  readonly tenant?: string;
  /** Number of affected images, of which `imageId` is the first; 1 if undefined. */
  readonly images?: number;
  /** Undefined if an operator has to decide. */
  readonly repair?: () => Promise<void>;
}

export interface ReconcileServices {
  readonly originals: ObjectStorage;
  readonly cdn: ObjectStorage;
  readonly manifests: Manifests;
  readonly previews: Previews;
  readonly deletions: Deletions;
  readonly finishedImages: FinishedImages;
  readonly queue: RenderQueue;
  readonly index: ImageIndex;
  readonly fingerprints: Fingerprints;
  readonly categories: Categories;
  /** How long renditions of an earlier revision are kept after their image was rendered again. */
  readonly oldRevisionGraceMs: number;
  /** How long an image is held for an operator. */
  readonly heldMs: number;
  /** How long sizes that no variant has are kept. An edge makes them again on request. */
  readonly storedSizeMs: number;
  /** Undefined if no tenant has a webhook endpoint. */
  readonly notifier?: Notifier | undefined;
  /** Undefined if purges are off. */
  readonly purges?: Pick<PurgeQueue, 'add'> | undefined;
}

interface SweepPage {
  /** Number of entries checked. */
  readonly examined: number;
  readonly findings: readonly Finding[];
  /** Position of the next page; undefined after the last. */
  readonly next: string | undefined;
}

/**
 * Checks one page, starting at a position. Repairs are left to the caller.
 *
 * @throws StorageError, QueueUnavailableError
 */
export type Sweep = (services: ReconcileServices, after: string | undefined, signal: AbortSignal) => Promise<SweepPage>;

/**
 * How long an object may look unfinished before it becomes a finding: longer than the time between an upload's end and its
 * report, or between two steps of a deletion.
 */
const SETTLING_MS = 60_000;

export const isSettled = (modifiedAt: Date) => Date.now() - modifiedAt.getTime() >= SETTLING_MS;

/** The findings of one image's check. An unreadable record becomes a finding, and the round continues with other images. */
export async function collectFindings(
  check: Promise<Finding | readonly Finding[] | undefined>,
  { imageId, tenant }: { readonly imageId: string; readonly tenant?: string | undefined },
): Promise<readonly Finding[]> {
  try {
    return [(await check) ?? []].flat();
  } catch (error) {
    // Unlike an outage, an unreadable record stays unreadable in every round.
    if (!(error instanceof UnreadableError)) throw error;
    return [{ kind: 'unreadable', imageId, ...(tenant !== undefined && { tenant }) }];
  }
}
