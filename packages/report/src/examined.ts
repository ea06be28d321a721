import type { SourceFacts, VariantSet } from '@imagemill/variants';
import type { Measured } from './measured.ts';
import type { Similar } from './similar.ts';

/** What is known of an image whose original was read. */
export interface Examined {
  readonly source: SourceFacts;
  /** The variants of its category. */
  readonly set: VariantSet;
  /** Missing for an image that was not decoded. */
  readonly measured?: Measured | undefined;
  /** Missing if the search was skipped. */
  readonly similar?: Similar | undefined;
}
