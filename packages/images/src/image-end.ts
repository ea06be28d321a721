import type { TenantManifests } from '@imagemill/manifests';
import { type RenderQueue, type WebhookEventType, webhookEventId } from '@imagemill/queue';
import type { ImageRecord } from './image-record.ts';

/** What tells an end of an image from another end of the same kind. */
export const occasions = {
  // Not its revision: an image that is made anew by an earlier set comes to that revision a second time.
  ready: (manifest: { readonly readyAt: string }) => manifest.readyAt,
  rejected: (manifest: { readonly originalEtag: string }) => manifest.originalEtag,
  expired: (image: { readonly uploadExpiresAt: string }) => image.uploadExpiresAt,
  failed: (letter: { readonly failedAt: string }) => letter.failedAt,
};

/** Names the end that an image has come to as its webhook does. Throws QueueUnavailableError and StorageError. */
export interface ImageEnds {
  /** @returns the event's id; undefined for an image that has not ended, or has begun again since */
  eventIdOf(record: ImageRecord): Promise<string | undefined>;
}

export function createImageEnds(sources: { queue: RenderQueue; manifests: TenantManifests }): ImageEnds {
  async function endOf(record: ImageRecord): Promise<readonly [WebhookEventType, string] | undefined> {
    if (record.from === 'manifest') {
      const { manifest } = record;
      if (manifest.status === 'ready') return ['image.ready', occasions.ready(manifest)];
      if (manifest.status === 'rejected') return ['image.rejected', occasions.rejected(manifest)];
      return ['image.failed', occasions.failed(manifest)];
    }
    const { image } = record.job;
    if (record.status === 'expired') return ['image.expired', occasions.expired(image)];
    if (record.status === 'failed') {
      const letter = await sources.queue.deadLetters.find(image.imageId);
      return letter && ['image.failed', occasions.failed(letter)];
    }
    if (record.status !== 'rejected') return undefined;
    const manifest = (await sources.manifests.readOf(image.tenant, image.imageId))?.manifest;
    return manifest?.status === 'rejected' ? ['image.rejected', occasions.rejected(manifest)] : undefined;
  }

  return {
    async eventIdOf(record) {
      const end = await endOf(record);
      const { imageId } = record.from === 'manifest' ? record.manifest : record.job.image;
      return end && webhookEventId(imageId, ...end);
    },
  };
}
