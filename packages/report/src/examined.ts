import type { SourceFacts, VariantSet } from '@imagemill/variants';

/** What is known of an image whose original was read. */
export interface Examined {
  readonly source: SourceFacts;
  /** The variants of its category. */
  readonly set: VariantSet;
}
