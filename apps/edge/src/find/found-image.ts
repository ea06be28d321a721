import type { CategorySpec, ImageId } from '@imagemill/variants';
import type { EdgeServices } from '../http/edge-route.ts';
import { pictureNotFound } from '../http/picture-problems.ts';
import type { FoundImage } from '../render/render-order.ts';
import { requireImage } from './require-image.ts';

export interface KnownImage {
  readonly image: FoundImage;
  readonly category: CategorySpec;
}

/**
 * An image with its current variant set, for URLs that name no revision.
 *
 * @throws Problem 404 or 410; as `FindImage` does
 */
export async function foundImage(
  { findImage, categories, timeoutMs }: EdgeServices,
  imageId: ImageId,
): Promise<KnownImage> {
  const image = requireImage(await findImage(imageId, AbortSignal.timeout(timeoutMs)));
  const category = categories.get(image.category);
  if (!category) throw pictureNotFound();
  return { image, category };
}
