import type { Manifest, Manifests } from '@imagemill/manifests';
import type { ImageStatus, JobSnapshot, RenderQueue } from '@imagemill/queue';
import type { ImageId, Tenant } from '@imagemill/variants';

/**
 * Where an image stands: its job's snapshot while it has one, its manifest once it is finished. There is no third
 * place that could say something else (docs/adr/0002-where-an-images-record-lives.md).
 */
export type ImageRecord =
  | { readonly from: 'job'; readonly job: JobSnapshot; readonly status: ImageStatus }
  | { readonly from: 'manifest'; readonly manifest: Manifest; readonly status: ImageStatus };

export interface ImageRecords {
  /** The tenant's own image; undefined for one that is not there, or is another tenant's. */
  find(tenant: Tenant, imageId: ImageId): Promise<ImageRecord | undefined>;
}

export function createImageRecords({ queue, manifests }: { queue: RenderQueue; manifests: Manifests }): ImageRecords {
  return {
    async find(tenant, imageId) {
      const job = await queue.find(imageId);
      if (job && job.image.tenant !== tenant) return undefined;
      if (job && job.status !== 'ready') return { from: 'job', job, status: job.status };
      // The manifest lies under the tenant's own prefix, so another tenant's can't be found here.
      const stored = await manifests.read({ tenant, imageId });
      return stored && { from: 'manifest', manifest: stored.manifest, status: stored.manifest.status };
    },
  };
}
