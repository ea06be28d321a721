import type { Encoding } from './encoding.ts';
import { bt2020Gamut, type Chromaticities, D65, type Point, p3Gamut, srgbGamut } from './gamut.ts';
import { bt1886, gamma, hlg, linear, pq, smpte240, smpte428, srgb, type Transfer } from './transfer.ts';

/** Code points, as in AVIF's colour box and PNG's cICP chunk. https://www.itu.int/rec/T-REC-H.273 */
export interface CodePoints {
  readonly primaries: number;
  readonly transfer: number;
}

const illuminantC: Point = [0.31, 0.316];
const dci: Point = [0.314, 0.351];
const gamut = (white: Point, red: Point, green: Point, blue: Point): Chromaticities => ({ white, red, green, blue });

const ntsc = gamut(D65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]);

/** H.273, table 2, without XYZ, which is not a gamut. */
const gamuts: Record<number, Chromaticities> = {
  1: srgbGamut,
  4: gamut(illuminantC, [0.67, 0.33], [0.21, 0.71], [0.14, 0.08]),
  5: gamut(D65, [0.64, 0.33], [0.29, 0.6], [0.15, 0.06]),
  6: ntsc,
  7: ntsc,
  8: gamut(illuminantC, [0.681, 0.319], [0.243, 0.692], [0.145, 0.049]),
  9: bt2020Gamut,
  11: gamut(dci, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]),
  12: p3Gamut,
  22: gamut(D65, [0.63, 0.34], [0.295, 0.605], [0.155, 0.077]),
};

/** H.273, table 3. Browsers do not support the others, such as logarithmic curves of cameras. */
const transfers: Record<number, Transfer> = {
  1: bt1886,
  4: gamma(2.2),
  5: gamma(2.8),
  6: bt1886,
  7: smpte240,
  8: linear,
  11: bt1886,
  13: srgb,
  14: bt1886,
  15: bt1886,
  16: pq,
  17: smpte428,
  18: hlg,
};

/** Undefined if either is unspecified, reserved, or not supported by any browser. */
export function encodingOf({ primaries, transfer }: CodePoints): Encoding | undefined {
  const [space, curve] = [gamuts[primaries], transfers[transfer]];
  return space && curve && { gamut: space, transfer: curve };
}

export const isSrgb = ({ gamut, transfer }: Encoding) => gamut === srgbGamut && transfer === srgb;
