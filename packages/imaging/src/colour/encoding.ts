import type { Chromaticities } from './gamut.ts';
import type { Transfer } from './transfer.ts';

/** The colour encoding of an RGB picture without an ICC profile. */
export interface Encoding {
  readonly gamut: Chromaticities;
  readonly transfer: Transfer;
}
