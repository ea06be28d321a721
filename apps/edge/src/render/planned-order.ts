import { type Categories, ownSpec, type RenditionAddress, renditionKey, type VariantSet } from '@imagemill/variants';
import { pictureNotFound } from '../http/picture-problems.ts';
import { MovedError } from '../routes/moved-error.ts';
import type { WantedPicture } from '../serve/get-picture.ts';
import type { FoundImage, RenderOrder } from './render-order.ts';

const hasEntry = (set: VariantSet, { variant, format }: Pick<RenditionAddress, 'variant' | 'format'>) =>
  set.some((entry) => entry.name === variant && entry.format === format);

/**
 * A current revision names its set: whether the set has the entry needs no call. Sets of earlier revisions are unknown. A private key may
 * have the revision of a public category: it was moved there when its own category became private.
 */
export function isPossible(categories: Categories, address: RenditionAddress): boolean {
  const current = [...categories.values()].find(({ revision }) => revision === address.revision);
  if (!current) return true;
  if (current.visibility !== address.visibility) return address.visibility === 'signed';
  return hasEntry(current.set, address);
}

/** A planned rendition, as any of its URLs asks for it. */
export const plannedPicture = (categories: Categories, address: RenditionAddress): WantedPicture => ({
  imageId: address.imageId,
  key: renditionKey(address),
  orderFor: (image) => plannedOrder(categories, address, image),
});

/**
 * The order for a planned rendition that is not stored.
 *
 * @throws MovedError if a public address has another revision than the current one
 * @throws Problem 404 if the image has no such rendition. A signature covers the revision: a private address leads to no other one.
 */
function plannedOrder(categories: Categories, address: RenditionAddress, image: FoundImage): RenderOrder {
  const category = categories.get(image.category);
  if (!category || category.visibility !== address.visibility || !hasEntry(category.set, address)) {
    throw pictureNotFound();
  }
  const { revision } = ownSpec(category, image);
  if (revision !== address.revision) {
    throw category.visibility === 'public' ? new MovedError(revision) : pictureNotFound();
  }
  const only = { name: address.variant, format: address.format };
  const { published } = image;
  const chosenFocus = published?.revision === revision ? published.chosenFocus : undefined;
  return { key: renditionKey(address), image, set: category.set, chosenFocus, only };
}
