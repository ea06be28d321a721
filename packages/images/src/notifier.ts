import type { FinishedManifest, Manifest, TenantManifests } from '@imagemill/manifests';
import type { RenderQueue, WebhookEventType, WebhookQueue } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import type { ImageId, Tenant } from '@imagemill/variants';
import { occasions } from './image-end.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImageView } from './image-view.ts';

interface Sources {
  readonly queue: RenderQueue;
  readonly webhooks: WebhookQueue;
  readonly manifests: TenantManifests;
  readonly view: (record: ImageRecord) => ImageView;
  /** Whether the tenant has an endpoint for this event type. If not, nothing is read. */
  readonly isWanted: (tenant: Tenant, type: WebhookEventType) => boolean;
}

/**
 * Queues the webhook for an image's final state. Idempotent: one webhook per final state. Throws QueueUnavailableError and
 * StorageError.
 */
export interface Notifier {
  /** Call after the image's manifest has been committed as ready, rejected or held. */
  finished(image: RenderImage): Promise<void>;
  /** @param attempts runs of the job, including the one that found the expiry */
  expired(image: RenderImage, attempts: number): Promise<void>;
  /** Call after the image's job has become a dead letter. Does nothing if the dead letter no longer exists. */
  deadLetter(imageId: ImageId): Promise<void>;
  /** Whether the image has a dead letter without a webhook, for example because a worker crashed in between. */
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
    // The same JSON as the API's response: fields that are undefined are dropped.
    const data = JSON.parse(JSON.stringify(view(record)));
    await webhooks.publish({ type, tenant, imageId, occasion, data });
  }

  async function wantedDeadLetter(imageId: ImageId) {
    const letter = await queue.deadLetters.find(imageId);
    return letter && isWanted(letter.image.tenant, 'image.failed') ? letter : undefined;
  }

  return {
    async finished(image) {
      if (!finishes.some((status) => isWanted(image.tenant, `image.${status}`))) return;
      const manifest = (await manifests.readOf(image.tenant, image.imageId))?.manifest;
      // The image was deleted or released in the meantime: there is nothing to report.
      if (!isFinish(manifest)) return;
      const type = `image.${manifest.status}` as const;
      if (!isWanted(image.tenant, type)) return;
      const record = { from: 'manifest', manifest, status: manifest.status } as const;
      await publish(type, image, occasionOf(manifest), record);
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

const finishes = ['ready', 'rejected', 'held'] as const;

const isFinish = (manifest: Manifest | undefined): manifest is FinishedManifest =>
  manifest !== undefined && finishes.some((status) => status === manifest.status);

function occasionOf(manifest: FinishedManifest): string {
  if (manifest.status === 'ready') return occasions.ready(manifest);
  return manifest.status === 'held' ? occasions.held(manifest) : occasions.rejected(manifest);
}

type Identity = Pick<RenderImage, 'tenant' | 'imageId'>;
