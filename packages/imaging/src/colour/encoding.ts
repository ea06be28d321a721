import type { Chromaticities } from './gamut.ts';
import type { Transfer } from './transfer.ts';

/** What the numbers of an RGB picture mean, where no ICC profile says it. */
export interface Encoding {
  readonly gamut: Chromaticities;
  readonly transfer: Transfer;
}
