import type { CategorySpec, ImageId } from '@imagemill/variants';
import type { EdgeServices } from '../http/edge-route.ts';
import { imageGone, pictureNotFound } from '../http/picture-problems.ts';
import type { FoundImage } from '../render/render-order.ts';

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
  const finding = await findImage(imageId, AbortSignal.timeout(timeoutMs));
  if (finding.is === 'gone') throw imageGone();
  const category = finding.is === 'found' ? categories.get(finding.image.category) : undefined;
  if (finding.is === 'missing' || !category) throw pictureNotFound();
  return { image: finding.image, category };
}
