import { Problem } from '@imagemill/http';
import type { ImageRecords } from '@imagemill/images';
import type { MultipartOfImage } from '@imagemill/records';
import type { MultipartUpload } from '@imagemill/storage';
import type { ImageId, Tenant } from '@imagemill/variants';
import { imageNotFound } from '../http/image-not-found.ts';

export interface PendingUpload extends MultipartUpload {
  readonly plan: MultipartOfImage;
  readonly expiresAt: Date;
}

/**
 * The pending upload in parts of a tenant's image.
 *
 * @throws Problem 404 `image-not-found`, 409 `not-multipart`, 409 `upload-ended`
 */
export async function pendingUpload(records: ImageRecords, tenant: Tenant, imageId: ImageId): Promise<PendingUpload> {
  const record = await records.find(tenant, imageId);
  if (!record) throw imageNotFound();
  if (record.from === 'manifest' || record.status !== 'awaiting-upload') throw uploadEnded();
  const { originalKey: key, multipart: plan, uploadExpiresAt } = record.job.image;
  if (!plan) {
    const detail = 'This image is not uploaded in parts. Its ticket names the method.';
    throw new Problem({ status: 409, code: 'not-multipart', detail });
  }
  return { key, uploadId: plan.uploadId, plan, expiresAt: new Date(uploadExpiresAt) };
}

export const uploadEnded = () =>
  new Problem({
    status: 409,
    code: 'upload-ended',
    detail: 'This upload was completed or aborted: see the status of its image. To upload again, request a new ticket.',
  });
