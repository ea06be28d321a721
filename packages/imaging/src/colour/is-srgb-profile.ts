import { iccSpace, iccTags } from './icc-tags.ts';

/** Primaries of sRGB for D50, the white of profiles. */
const primaries: Readonly<Record<string, readonly number[]>> = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
};
/** Profiles are rounded differently; the nearest other space, Apple RGB, differs by 0.02 in its red. */
const TOLERANCE = 0.01;
/** Light of the middle of the stored values; a gamma of 2.2 has 0.218, one of 1.8 has 0.287. */
const MIDDLE = 0.214;

/** Whether a profile is that of sRGB, by its primaries and its curve: programs name it differently. Other kinds of profile are not. */
export function isSrgbProfile(icc: Buffer): boolean {
  const tags = iccTags(icc);
  if (iccSpace(icc) === 'GRAY') return isSrgbCurve(tags.get('kTRC'));
  if (iccSpace(icc) !== 'RGB ') return false;
  const hasPrimaries = Object.entries(primaries).every(([name, values]) => {
    const tag = tags.get(name);
    if (!tag || tag.length < 20) return false;
    return values.every((value, index) => Math.abs(tag.readInt32BE(8 + 4 * index) / 65_536 - value) <= TOLERANCE);
  });
  return hasPrimaries && isSrgbCurve(tags.get('rTRC'));
}

function isSrgbCurve(tag: Buffer | undefined): boolean {
  const middle = tag && middleOf(tag);
  return middle !== undefined && Math.abs(middle - MIDDLE) <= TOLERANCE;
}

/** https://www.color.org/specification/ICC.1-2022-05.pdf, 10.6 and 10.18 */
function middleOf(curve: Buffer): number | undefined {
  if (curve.length < 14) return undefined;
  const type = curve.toString('latin1', 0, 4);
  if (type === 'para') return parametricMiddle(curve);
  if (type !== 'curv') return undefined;
  const points = curve.readUInt32BE(8);
  if (points === 0) return 0.5;
  if (points === 1) return 0.5 ** (curve.readUInt16BE(12) / 256);
  const at = 12 + 2 * Math.round((points - 1) / 2);
  return at + 2 <= curve.length ? curve.readUInt16BE(at) / 65_535 : undefined;
}

/** The middle is above the linear part of every curve in use. */
function parametricMiddle(curve: Buffer): number | undefined {
  const kind = curve.readUInt16BE(8);
  const value = (index: number) => curve.readInt32BE(12 + 4 * index) / 65_536;
  if (curve.length < 12 + 4 * (kind === 0 ? 1 : 3)) return undefined;
  return kind === 0 ? 0.5 ** value(0) : (0.5 * value(1) + value(2)) ** value(0);
}
