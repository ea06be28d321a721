import type { LiveManifest, Manifest, TenantManifests } from '@imagemill/manifests';
import { type ImageStatus, imageFromKey, type JobSnapshot, type RenderImage, type RenderQueue } from '@imagemill/queue';
import type { ObjectStorage } from '@imagemill/storage';
import {
  type Categories,
  type ImageId,
  type OriginalAddress,
  originalFolder,
  parseOriginalKey,
  type Tenant,
} from '@imagemill/variants';

/**
 * Where an image stands: its job's snapshot while it has one, its manifest once it is finished. There is no third
 * place that could say something else (docs/adr/0002-where-an-images-record-lives.md).
 */
export type ImageRecord =
  | { readonly from: 'job'; readonly job: JobSnapshot; readonly status: Status }
  | { readonly from: 'manifest'; readonly manifest: LiveManifest; readonly status: Status };

type Status = Exclude<ImageStatus, 'deleted'>;

export interface ImageRecords {
  /** The tenant's own image; undefined for one that is not there, is deleted, or is another tenant's. */
  find(tenant: Tenant, imageId: ImageId): Promise<ImageRecord | undefined>;
  /** Whether the tenant had such an image, and deleted it. */
  wasDeleted(tenant: Tenant, imageId: ImageId): Promise<boolean>;
  /** What an image's job is made of, from whatever there is of it, deleted or not. */
  locate(tenant: Tenant, imageId: ImageId): Promise<RenderImage | undefined>;
}

interface Sources {
  readonly queue: RenderQueue;
  readonly manifests: TenantManifests;
  readonly originals: ObjectStorage;
  readonly categories: Categories;
}

export function createImageRecords({ queue, manifests, originals, categories }: Sources): ImageRecords {
  async function findOriginal(tenant: Tenant, imageId: ImageId): Promise<OriginalAddress | undefined> {
    const folders = [...categories.keys()].map((category) => originalFolder({ tenant, category, imageId }));
    const pages = await Promise.all(folders.map((prefix) => originals.list({ prefix, limit: 1 })));
    const [object] = pages.flatMap(({ objects }) => objects);
    return object && parseOriginalKey(object.key);
  }

  return {
    async find(tenant, imageId) {
      const job = await queue.find(imageId);
      if (job) {
        const { status, image } = job;
        if (image.tenant !== tenant || status === 'deleted') return undefined;
        if (status !== 'ready') return { from: 'job', job, status };
      }
      const manifest = (await manifests.readOf(tenant, imageId))?.manifest;
      if (manifest?.status === 'deleted') return undefined;
      if (manifest) return { from: 'manifest', manifest, status: manifest.status };
      const address = await findOriginal(tenant, imageId);
      return address && withLostJob(imageFromKey(address));
    },

    async wasDeleted(tenant, imageId) {
      const job = await queue.find(imageId);
      if (job?.status === 'deleted') return job.image.tenant === tenant;
      return (await manifests.readOf(tenant, imageId))?.manifest.status === 'deleted';
    },

    async locate(tenant, imageId) {
      const job = await queue.find(imageId);
      if (job) return job.image.tenant === tenant ? job.image : undefined;
      const manifest = (await manifests.readOf(tenant, imageId))?.manifest;
      const address = manifest ? parseOriginalKey(manifest.originalKey) : await findOriginal(tenant, imageId);
      return address && { ...imageFromKey(address), ...sellersText(manifest) };
    },
  };
}

/** A key does not hold what the seller gave; the manifest does. */
function sellersText(manifest: Manifest | undefined): Pick<RenderImage, 'filename' | 'metadata'> {
  if (!manifest || manifest.status === 'deleted') return { metadata: {} };
  return { filename: manifest.filename || undefined, metadata: manifest.metadata };
}

/** Nothing but the original is there when Redis was lost: the reconciler, or whoever reports it, makes its job again. */
function withLostJob(image: RenderImage): ImageRecord {
  const status = 'queued';
  return { from: 'job', job: { image, status, progress: undefined, rejection: undefined, attempts: 0 }, status };
}
