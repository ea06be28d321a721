import { gamutMatrix, srgbGamut } from './gamut.ts';
import { iccSpace, iccTags } from './icc-tags.ts';
import type { Interpretation } from './interpretation.ts';

/**
 * Whether a source can have colours outside of sRGB. Of profiles, only those of RGB with primaries are read: one of tables alone, CMYK
 * and grey count as sRGB.
 *
 * @param icc the profile that libvips finds
 */
export function isWideGamut(interpretation: Interpretation, icc: Buffer | undefined): boolean {
  if (interpretation.by === 'encoding') {
    const matrix = gamutMatrix(interpretation.encoding.gamut, srgbGamut);
    return matrix.flat().some(isOutside);
  }
  return icc !== undefined && primariesOf(icc).some((xyz) => toSrgb.some((row) => isOutside(dot(row, xyz))));
}

/** A primary of a gamut that sRGB contains has no negative part. Profiles of sRGB itself are rounded differently. */
const isOutside = (light: number) => light < -0.03;

type Triple = readonly [number, number, number];

/** From XYZ of D50, the white of profiles, to linear sRGB: http://www.brucelindbloom.com/index.html?Eqn_RGB_XYZ_Matrix.html */
const toSrgb: readonly Triple[] = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
];

const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** The primaries of an RGB profile; none for any other. https://www.color.org/specification/ICC.1-2022-05.pdf, 10.31 */
function primariesOf(icc: Buffer): Triple[] {
  if (iccSpace(icc) !== 'RGB ') return [];
  const tags = iccTags(icc);
  return ['rXYZ', 'gXYZ', 'bXYZ'].flatMap((name) => {
    const tag = tags.get(name);
    if (!tag || tag.length < 20) return [];
    const value = (index: number) => tag.readInt32BE(8 + 4 * index) / 65_536;
    return [[value(0), value(1), value(2)] as const];
  });
}
