import type { TenantManifests } from '@imagemill/manifests';
import { type RenderQueue, type WebhookEventType, webhookEventId } from '@imagemill/queue';
import type { ImageRecord } from './image-record.ts';

/** Distinguishes an image's final events of the same type: the occasion is part of the webhook's event id. */
export const occasions = {
  // Not the revision: an image that is rendered again with an earlier variant set reaches the same revision twice.
  ready: (manifest: { readonly readyAt: string }) => manifest.readyAt,
  rejected: (manifest: { readonly originalEtag: string }) => manifest.originalEtag,
  expired: (image: { readonly uploadExpiresAt: string }) => image.uploadExpiresAt,
  failed: (letter: { readonly failedAt: string }) => letter.failedAt,
};

/** Computes the event id that the webhook of an image's final state has. Throws QueueUnavailableError and StorageError. */
export interface ImageEnds {
  /** @returns the event id; undefined if the image is unfinished or is being processed again */
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
