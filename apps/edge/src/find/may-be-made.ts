import type { Categories } from '@imagemill/variants';
import type { FoundImage } from '../render/render-order.ts';

/** Whether anything may be made of an image now. In a moderated category, only after a manifest with the verdict `allow`. */
export const mayBeMade = (categories: Categories, { category, isAllowed }: FoundImage): boolean =>
  isAllowed || categories.get(category)?.isModerated !== true;
