import { Problem } from '@imagemill/http';
import type { ImageRecords } from '@imagemill/images';
import type { RenderImage } from '@imagemill/records';
import type { Tenant } from '@imagemill/variants';
import type { AdmittedImage } from '../limits/admit-tickets.ts';

/**
 * The image of a repeated request; undefined if its job has to be added: for a new image, and after an interrupted request. Without this check, an
 * ended image whose job was removed would get a new job that waits for an upload.
 *
 * @throws Problem 409 `image-deleted`: its upload would be deleted too
 */
export async function repeatedImage(
  records: ImageRecords,
  tenant: Tenant,
  { imageId, isRepeated }: AdmittedImage,
): Promise<RenderImage | undefined> {
  const image = isRepeated ? await records.locate(tenant, imageId) : undefined;
  if (image && (await records.wasDeleted(tenant, imageId))) throw imageDeleted();
  return image;
}

const imageDeleted = () =>
  new Problem({
    status: 409,
    code: 'image-deleted',
    detail: 'An image of this Idempotency-Key was deleted. To upload it again, use another key.',
  });
