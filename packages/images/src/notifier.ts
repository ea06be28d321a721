import type { TenantManifests } from '@imagemill/manifests';
import type { RenderImage, RenderQueue, WebhookEventType, WebhookQueue } from '@imagemill/queue';
import type { ImageId, Tenant } from '@imagemill/variants';
import { occasions } from './image-end.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImageView } from './image-view.ts';

interface Sources {
  readonly queue: RenderQueue;
  readonly webhooks: WebhookQueue;
  readonly manifests: TenantManifests;
  readonly view: (record: ImageRecord) => ImageView;
  /** Whether the tenant has an endpoint that is told of such webhooks; nothing is read for one that has none. */
  readonly isWanted: (tenant: Tenant, type: WebhookEventType) => boolean;
}

/**
 * Tells a tenant how an image ended, once an end however often it is called. Throws QueueUnavailableError and
 * StorageError.
 */
export interface Notifier {
  /** The image's manifest has been committed, as ready or as rejected. */
  finished(image: RenderImage): Promise<void>;
  /** @param attempts tries of the job, the one that found out included */
  expired(image: RenderImage, attempts: number): Promise<void>;
  /** The image's job has become a dead letter; nothing happens when it has none any more. */
  deadLetter(imageId: ImageId): Promise<void>;
  /** Whether the image has a dead letter that nobody told its tenant of, as when a worker died in between. */
  missedDeadLetter(imageId: ImageId): Promise<boolean>;
}

export function createNotifier({ queue, webhooks, manifests, view, isWanted }: Sources): Notifier {
  async function publish(
    type: WebhookEventType,
    image: Identity,
    occasion: string,
    record: ImageRecord,
  ): Promise<void> {
    const { tenant, imageId } = image;
    // Through JSON, as the API's answer goes: what is not set is left out.
    const data = JSON.parse(JSON.stringify(view(record)));
    await webhooks.publish({ type, tenant, imageId, occasion, data });
  }

  async function wantedDeadLetter(imageId: ImageId) {
    const letter = await queue.deadLetters.find(imageId);
    return letter && isWanted(letter.image.tenant, 'image.failed') ? letter : undefined;
  }

  return {
    async finished(image) {
      if (!isWanted(image.tenant, 'image.ready') && !isWanted(image.tenant, 'image.rejected')) return;
      const manifest = (await manifests.readOf(image.tenant, image.imageId))?.manifest;
      // Deleted since: there is nothing to tell of any more.
      if (manifest?.status !== 'ready' && manifest?.status !== 'rejected') return;
      const type = `image.${manifest.status}` as const;
      if (!isWanted(image.tenant, type)) return;
      const occasion = manifest.status === 'ready' ? occasions.ready(manifest) : occasions.rejected(manifest);
      await publish(type, image, occasion, { from: 'manifest', manifest, status: manifest.status });
    },

    async expired(image, attempts) {
      if (!isWanted(image.tenant, 'image.expired')) return;
      const status = 'expired';
      const job = { image, status, attempts, progress: undefined, rejection: undefined } as const;
      await publish('image.expired', image, occasions.expired(image), { from: 'job', job, status });
    },

    async missedDeadLetter(imageId) {
      const letter = await wantedDeadLetter(imageId);
      if (!letter) return false;
      return !(await webhooks.isKept({ imageId, type: 'image.failed', occasion: occasions.failed(letter) }));
    },

    async deadLetter(imageId) {
      const letter = await wantedDeadLetter(imageId);
      if (!letter) return;
      const job = await queue.find(imageId);
      if (job?.status !== 'failed') return;
      await publish('image.failed', letter.image, occasions.failed(letter), { from: 'job', job, status: 'failed' });
    },
  };
}

type Identity = Pick<RenderImage, 'tenant' | 'imageId'>;
