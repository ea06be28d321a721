import type { RenderImage } from '@imagemill/records';
import type { EntryName, FocusChoice, OwnSettings, SourceFacts, VariantSet, Visibility } from '@imagemill/variants';

/** An image whose original can be rendered. */
export interface FoundImage
  extends Pick<RenderImage, 'imageId' | 'tenant' | 'category' | 'originalKey' | 'checksumSha256'>,
    OwnSettings {
  /** A finished image is found by its manifest, any other by its job. */
  readonly from: 'manifest' | 'job';
  /** The ETag that the original must have: renditions of one image are made from the same bytes. */
  readonly originalEtag: string | undefined;
  readonly originalBytes: number;
  /** The pixels of the original; undefined until it is finished. */
  readonly source?: Pick<SourceFacts, 'width' | 'height' | 'hasAlpha'> | undefined;
  /** Whether moderation has allowed it. Before its manifest, nothing is known. */
  readonly isAllowed: boolean;
  /** The renditions that its manifest names. */
  readonly published?: PublishedRenditions | undefined;
}

interface PublishedRenditions {
  readonly revision: string;
  /** What its renditions of this revision are cropped around, if its set has an entry with the position `face`. */
  readonly chosenFocus?: FocusChoice | undefined;
  readonly visibility: Visibility;
  readonly entries: readonly EntryName[];
}

/** One rendition to make. */
export interface RenderOrder {
  /** Where it is published, in the CDN bucket. */
  readonly key: string;
  readonly image: FoundImage;
  /** Determines the decode plan. A planned rendition needs its category's whole set to get the bytes that a worker would make. */
  readonly set: VariantSet;
  /** Of the manifest, if that has the revision of the key. */
  readonly chosenFocus?: FocusChoice | undefined;
  /** The entry of the set to encode. */
  readonly only: EntryName;
}
