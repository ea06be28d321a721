import {
  isHeld,
  type Judgement,
  judgeHeld,
  type LiveManifest,
  ManifestConflictError,
  type Manifests,
  moderationOf,
  type Previews,
  type StoredHeld,
} from '@imagemill/manifests';
import type { RenderQueue } from '@imagemill/queue';
import type { ImageId } from '@imagemill/variants';
import pLimit from 'p-limit';
import { type ImageRecord, type ImageRecords, recordOf } from './image-record.ts';

interface HeldPage {
  /** The image that was held for the longest time comes first. */
  readonly held: readonly (StoredHeld['manifest'] & { readonly preview: { url: string; expiresAt: Date } })[];
  /** The `after` of the next page; undefined after the last page. */
  readonly next: ImageId | undefined;
}

/** The images of all tenants that moderation keeps back. Throws StorageError, QueueUnavailableError and UnreadableError. */
export interface HeldImages {
  /** A page may have fewer images than `limit`, or none, although there is a next one. */
  list(page: { readonly after: ImageId | undefined; readonly limit: number }): Promise<HeldPage>;
  /**
   * Releases or rejects an image for good. Idempotent: the same judgement again continues a call that was interrupted.
   *
   * @returns `not-held` if the image is not held, or already has the opposite decision
   */
  judge(imageId: ImageId, judgement: Judgement): Promise<ImageRecord | 'not-found' | 'not-held'>;
}

interface Sources {
  readonly manifests: Manifests;
  readonly previews: Previews;
  readonly queue: RenderQueue;
  readonly records: ImageRecords;
}

/** An operator looks at a page for some minutes. */
const PREVIEW_SECONDS = 600;
const READS_AT_ONCE = 16;
/** Another operator, or a worker, can be first. */
const TRIES = 3;

export function createHeldImages({ manifests, previews, queue, records }: Sources): HeldImages {
  async function heldImage(imageId: ImageId): Promise<HeldPage['held']> {
    const stored = await manifests.read(imageId);
    return isHeld(stored) ? [{ ...stored.manifest, preview: await previews.url(imageId, PREVIEW_SECONDS) }] : [];
  }

  async function judgeOnce(imageId: ImageId, judgement: Judgement): Promise<LiveManifest | 'not-found' | 'not-held'> {
    const stored = await manifests.read(imageId);
    if (isHeld(stored)) return judgeHeld(manifests, stored, judgement);
    if (!stored) return (await queue.find(imageId)) ? 'not-held' : 'not-found';
    if (stored.manifest.status === 'deleted') return 'not-found';
    return isJudged(stored.manifest, judgement) ? stored.manifest : 'not-held';
  }

  async function judgeFirst(imageId: ImageId, judgement: Judgement): ReturnType<typeof judgeOnce> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await judgeOnce(imageId, judgement);
      } catch (error) {
        if (!(error instanceof ManifestConflictError) || tries === TRIES) throw error;
      }
    }
  }

  /** The job renders a released image, or deletes what a rejected one has left, and tells its tenant. */
  async function startJob({ tenant, imageId }: LiveManifest): Promise<void> {
    const job = await queue.find(imageId);
    if (job && job.status !== 'held') return;
    const image = await records.locate(tenant, imageId);
    if (image) await queue.reprocess(image);
  }

  return {
    async list({ after, limit }) {
      const { previews: listed, next } = await previews.list({ after, limit });
      const slot = pLimit(READS_AT_ONCE);
      const held = await Promise.all(listed.map(({ imageId }) => slot(() => heldImage(imageId))));
      return { held: held.flat(), next };
    },

    async judge(imageId, judgement) {
      const manifest = await judgeFirst(imageId, judgement);
      if (typeof manifest === 'string') return manifest;
      // A ready image was released before; its preview is gone, and its job has ended.
      if (manifest.status === 'released' || manifest.status === 'rejected') await startJob(manifest);
      return manifest.status === 'rejected'
        ? recordOf(manifest)
        : ((await records.find(manifest.tenant, imageId)) ?? 'not-found');
    },
  };
}

/** Whether an operator has judged the image in the same way before. */
function isJudged(manifest: LiveManifest, { verdict }: Judgement): boolean {
  const moderation = moderationOf(manifest);
  return moderation?.by === 'operator' && moderation.verdict === verdict;
}
