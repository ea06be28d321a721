import type { TenantManifests } from '@imagemill/manifests';
import { type RenderQueue, type WebhookEventType, webhookEventId } from '@imagemill/queue';
import type { ImageRecord } from './image-record.ts';

/** Distinguishes an image's final events of the same type: the occasion is part of the webhook's event id. */
export const occasions = {
  // Not the revision: an image that is rendered again with an earlier variant set reaches the same revision twice.
  ready: (manifest: { readonly readyAt: string }) => manifest.readyAt,
  rejected: (manifest: { readonly originalEtag: string }) => manifest.originalEtag,
  held: (manifest: { readonly heldAt: string }) => manifest.heldAt,
  expired: (image: { readonly uploadExpiresAt: string }) => image.uploadExpiresAt,
  failed: (letter: { readonly failedAt: string }) => letter.failedAt,
};

/** Computes the event id that the webhook of an image's final state has. Throws QueueUnavailableError and StorageError. */
export interface ImageEnds {
  /** @returns the event id; undefined if the image is unfinished or is being processed again */
  eventIdOf(record: ImageRecord): Promise<string | undefined>;
}

export function createImageEnds(sources: { queue: RenderQueue; manifests: TenantManifests }): ImageEnds {
  async function endOfJob({ job, status }: JobRecord): Promise<End | undefined> {
    const { tenant, imageId } = job.image;
    if (status === 'expired') return ['image.expired', occasions.expired(job.image)];
    if (status === 'failed') {
      const letter = await sources.queue.deadLetters.find(imageId);
      return letter && ['image.failed', occasions.failed(letter)];
    }
    if (status !== 'rejected') return undefined;
    const manifest = (await sources.manifests.readOf(tenant, imageId))?.manifest;
    return manifest?.status === 'rejected' ? endOfManifest(manifest) : undefined;
  }

  return {
    async eventIdOf(record) {
      const end = record.from === 'manifest' ? endOfManifest(record.manifest) : await endOfJob(record);
      const { imageId } = record.from === 'manifest' ? record.manifest : record.job.image;
      return end && webhookEventId(imageId, ...end);
    },
  };
}

type End = readonly [type: WebhookEventType, occasion: string];
type JobRecord = Exclude<ImageRecord, { from: 'manifest' }>;
type ManifestRecord = Extract<ImageRecord, { from: 'manifest' }>;

function endOfManifest(manifest: ManifestRecord['manifest']): End | undefined {
  // An operator ends the hold.
  if (manifest.status === 'held' || manifest.status === 'released') return undefined;
  if (manifest.status === 'ready') return ['image.ready', occasions.ready(manifest)];
  if (manifest.status === 'rejected') return ['image.rejected', occasions.rejected(manifest)];
  return ['image.failed', occasions.failed(manifest)];
}
