import { findOriginal, type LiveManifest, type Manifest, type TenantManifests } from '@imagemill/manifests';
import type { ImageStatus, JobSnapshot, RenderQueue } from '@imagemill/queue';
import { imageFromKey, type RenderImage } from '@imagemill/records';
import type { ObjectStorage } from '@imagemill/storage';
import {
  type Categories,
  type ImageId,
  type OwnSettings,
  ownSettings,
  parseOriginalKey,
  type Tenant,
} from '@imagemill/variants';

/**
 * The state of an image: its job's snapshot while it has a job, its manifest once it is finished. There is no third source that
 * could disagree (docs/adr/0002-where-an-images-record-lives.md).
 */
export type ImageRecord =
  | { readonly from: 'job'; readonly job: JobSnapshot; readonly status: Status }
  | { readonly from: 'manifest'; readonly manifest: LiveManifest; readonly status: Status };

type Status = Exclude<ImageStatus, 'deleted'>;

export interface ImageRecords {
  /** The tenant's image; undefined if it does not exist, is deleted, or belongs to another tenant. */
  find(tenant: Tenant, imageId: ImageId): Promise<ImageRecord | undefined>;
  /** Whether the tenant had this image and deleted it. */
  wasDeleted(tenant: Tenant, imageId: ImageId): Promise<boolean>;
  /** The payload of an image's job, from its job, manifest or original; also for a deleted image. */
  locate(tenant: Tenant, imageId: ImageId): Promise<RenderImage | undefined>;
}

interface Sources {
  readonly queue: RenderQueue;
  readonly manifests: TenantManifests;
  readonly originals: ObjectStorage;
  readonly categories: Categories;
}

export function createImageRecords({ queue, manifests, originals, categories }: Sources): ImageRecords {
  const findIn = (tenant: Tenant, imageId: ImageId) => findOriginal(originals, { tenant, imageId }, categories.keys());

  /** The manifest of a finished image contains more: what is in its original, and whether an operator has judged it since. */
  async function fromManifest(tenant: Tenant, imageId: ImageId, known: ImageRecord | undefined) {
    const manifest = (await manifests.readOf(tenant, imageId))?.manifest;
    if (manifest?.status === 'deleted') return undefined;
    if (known?.status === 'rejected' && manifest?.status !== 'rejected') return known;
    if (manifest) return recordOf(manifest);
    const address = await findIn(tenant, imageId);
    return address && withLostJob(imageFromKey(address));
  }

  return {
    async find(tenant, imageId) {
      const job = await queue.find(imageId);
      const known = job && ofJob(job);
      if (job && (job.image.tenant !== tenant || !known)) return undefined;
      return known && !isFinished(known) ? known : fromManifest(tenant, imageId, known);
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
      const address = manifest ? parseOriginalKey(manifest.originalKey) : await findIn(tenant, imageId);
      return address && { ...imageFromKey(address), ...sellersText(manifest) };
    },
  };
}

const ofJob = (job: JobSnapshot): ImageRecord | undefined =>
  job.status === 'deleted' ? undefined : { from: 'job', job, status: job.status };

const isFinished = ({ status }: ImageRecord) => status === 'ready' || status === 'held' || status === 'rejected';

/** A released image is rendered next. */
export const recordOf = (manifest: LiveManifest): ImageRecord => ({
  from: 'manifest',
  manifest,
  status: manifest.status === 'released' ? 'queued' : manifest.status,
});

/** The object key does not contain what the seller gave; the manifest does. */
function sellersText(manifest: Manifest | undefined): Pick<RenderImage, 'filename' | 'metadata'> & OwnSettings {
  if (!manifest || manifest.status === 'deleted') return { metadata: {} };
  const { filename, metadata } = manifest;
  return { filename: filename || undefined, metadata, ...ownSettings(manifest) };
}

/** After Redis has lost its data, only the original is left. The reconciler or an upload notification restores the job. */
function withLostJob(image: RenderImage): ImageRecord {
  const status = 'queued';
  return { from: 'job', job: { image, status, progress: undefined, rejection: undefined, attempts: 0 }, status };
}
