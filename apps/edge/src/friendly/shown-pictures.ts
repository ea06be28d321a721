import { type Categories, type EntryName, type Format, ownSpec } from '@imagemill/variants';
import type { FoundImage } from '../render/render-order.ts';
import type { FriendlyAddress } from './parse-friendly.ts';

/** One revision of a variant, in the formats that it has: at least one. */
export interface ShownPicture {
  readonly revision: string;
  readonly formats: readonly Format[];
}

type Asked = Pick<FriendlyAddress, 'name' | 'format'>;

/**
 * What a friendly URL can show, the best first: the current revision of the image's category, which the edge can make, then the
 * revision of its manifest, which is stored: after a deployment, a category may no longer exist, or may have lost the variant.
 */
export function shownPictures(categories: Categories, image: FoundImage, asked: Asked): ShownPicture[] {
  const { category, published } = image;
  const common = categories.get(category);
  const current = common && ownSpec(common, image);
  const shown = [
    ...(current ? [shownPicture(current.revision, current.set, asked)] : []),
    ...(published?.visibility === 'public' && published.revision !== current?.revision
      ? [shownPicture(published.revision, published.entries, asked)]
      : []),
  ];
  return shown.filter(({ formats }) => formats.length > 0);
}

/** Its formats are empty if the entries have no such picture. */
export function shownPicture(revision: string, entries: readonly EntryName[], { name, format }: Asked): ShownPicture {
  const formats = entries.filter((entry) => entry.name === name).map((entry) => entry.format);
  return { revision, formats: formats.filter((each) => format === undefined || each === format) };
}
