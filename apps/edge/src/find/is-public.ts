import type { Categories } from '@imagemill/variants';
import type { FoundImage } from '../render/render-order.ts';

/** What of an image decides who may see it, also if it is gone. */
export type Owned = Pick<FoundImage, 'tenant' | 'category' | 'published'>;

/** Whether everyone may see an image. If its category no longer exists, its manifest decides; without a manifest, no client may. */
export const isPublic = (categories: Categories, { category, published }: Owned): boolean =>
  (categories.get(category)?.visibility ?? published?.visibility) === 'public';
