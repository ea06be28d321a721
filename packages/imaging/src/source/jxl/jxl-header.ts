import type { CodePoints } from '../../colour/code-points.ts';
import { RejectedImageError } from '../../errors.ts';
import { createLittleBits, type LittleBits } from './little-bits.ts';

/** ISO/IEC 18181-1, annex D. */
export interface JxlHeader {
  /** Upright, in pixels. */
  readonly width: number;
  readonly height: number;
  /** As of EXIF, 1 to 8. */
  readonly orientation: number;
  /** Whether it has more than 8 bits per channel. */
  readonly isDeep: boolean;
  readonly isGrey: boolean;
  readonly hasAlpha: boolean;
  readonly isAnimated: boolean;
  /** Whether its colours can be outside of sRGB. */
  readonly isWideGamut: boolean;
  /** Of its colours, if it names them; a profile is compressed, and known after the decode. */
  readonly colour: 'profile' | CodePoints;
}

/** Of width to height, for sizes that are stored with one side. */
const ratios = [1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2] as const;
const ALPHA = 0;
const SPOT_COLOUR = 2;
const BLACK = 4;
const CFA = 5;
const SRGB_PRIMARIES = 1;
const [GREY, XYB] = [1, 2];
const SIDEWAYS_FROM = 5;

/**
 * @param codestream from its signature
 * @throws RejectedImageError `corrupt`, `unsupported-format` for CMYK
 */
export function readJxlHeader(codestream: Buffer): JxlHeader {
  const bits = createLittleBits(codestream);
  bits.read(16);
  const size = readSize(bits);
  const header = bits.flag() ? usual : readMetadata(bits);
  if (bits.isOver()) throw new RejectedImageError('corrupt');
  const isSideways = header.orientation >= SIDEWAYS_FROM;
  const [width, height] = isSideways ? [size.height, size.width] : [size.width, size.height];
  return { ...header, width, height };
}

const plain = { orientation: 1, isAnimated: false } as const;
const srgb = { primaries: 1, transfer: 13 } as const;
const usual = { ...plain, isDeep: false, isGrey: false, hasAlpha: false, isWideGamut: false, colour: srgb } as const;

function readSize(bits: LittleBits) {
  const isSmall = bits.flag();
  const side = () => (isSmall ? 8 * (1 + bits.read(5)) : bits.choose([9, 1], [13, 1], [18, 1], [30, 1]));
  const height = side();
  const ratio = bits.read(3);
  return { height, width: ratio === 0 ? side() : Math.floor(height * (ratios[ratio - 1] ?? 1) + 1e-6) };
}

function readMetadata(bits: LittleBits): Omit<JxlHeader, 'width' | 'height'> {
  const extra = bits.flag() ? readExtraFields(bits) : plain;
  const isDeep = readDepth(bits) > 8;
  // Whether 16 bits are enough for buffers.
  bits.flag();
  const channels = bits.choose([0, 0], [0, 1], [4, 2], [12, 1]);
  const kinds: number[] = [];
  for (let channel = 0; channel < channels && !bits.isOver(); channel++) kinds.push(readExtraChannel(bits));
  if (kinds.includes(BLACK)) throw new RejectedImageError('unsupported-format');
  // Whether its colours are coded as XYB.
  bits.flag();
  return { ...extra, isDeep, hasAlpha: kinds.includes(ALPHA), ...readColour(bits) };
}

function readExtraFields(bits: LittleBits): Pick<JxlHeader, 'orientation' | 'isAnimated'> {
  const orientation = 1 + bits.read(3);
  if (bits.flag()) readSize(bits);
  if (bits.flag()) skipPreview(bits);
  const isAnimated = bits.flag();
  if (isAnimated) skipAnimation(bits);
  return { orientation, isAnimated };
}

function skipPreview(bits: LittleBits): void {
  const isSmall = bits.flag();
  const side = () =>
    isSmall ? bits.choose([0, 16], [0, 32], [5, 1], [9, 33]) : bits.choose([6, 1], [8, 65], [10, 321], [12, 1345]);
  side();
  if (bits.read(3) === 0) side();
}

function skipAnimation(bits: LittleBits): void {
  bits.choose([0, 100], [0, 1000], [10, 1], [30, 1]);
  bits.choose([0, 1], [0, 1001], [8, 1], [10, 1]);
  bits.choose([0, 0], [3, 0], [16, 0], [32, 0]);
  bits.flag();
}

/** @returns bits per channel */
function readDepth(bits: LittleBits): number {
  const isFloat = bits.flag();
  if (!isFloat) return bits.choose([0, 8], [0, 10], [0, 12], [6, 1]);
  const depth = bits.choose([0, 32], [0, 16], [0, 24], [6, 1]);
  bits.read(4);
  return depth;
}

/** @returns its kind */
function readExtraChannel(bits: LittleBits): number {
  if (bits.flag()) return ALPHA;
  const kind = bits.enumeration();
  readDepth(bits);
  bits.choose([0, 0], [0, 3], [0, 4], [3, 1]);
  const name = bits.choose([0, 0], [4, 0], [5, 16], [10, 48]);
  bits.skip(8 * name);
  if (kind === ALPHA) bits.flag();
  if (kind === SPOT_COLOUR) bits.skip(4 * 16);
  if (kind === CFA) bits.choose([0, 1], [2, 0], [4, 3], [8, 19]);
  return kind;
}

function readColour(bits: LittleBits): Pick<JxlHeader, 'isGrey' | 'isWideGamut' | 'colour'> {
  if (bits.flag()) return { isGrey: false, isWideGamut: false, colour: srgb };
  const hasProfile = bits.flag();
  const space = bits.enumeration();
  const isGrey = space === GREY;
  if (hasProfile || space === XYB) return { isGrey, isWideGamut: !isGrey, colour: 'profile' };
  const white = bits.enumeration();
  if (white === CUSTOM) skipPoint(bits);
  const primaries = isGrey ? SRGB_PRIMARIES : bits.enumeration();
  if (primaries === CUSTOM) for (const _ of ['red', 'green', 'blue']) skipPoint(bits);
  const isDisplayP3 = white === D65 && primaries === DCI_PRIMARIES;
  return {
    isGrey,
    isWideGamut: primaries !== SRGB_PRIMARIES,
    colour: { primaries: isDisplayP3 ? DISPLAY_P3 : primaries, transfer: readTransfer(bits) },
  };
}

/** @returns a code point: the other transfer functions have the numbers of H.273 */
function readTransfer(bits: LittleBits): number {
  if (!bits.flag()) return bits.enumeration();
  const GAMMA_UNIT = 1e7;
  const isUsual = Math.abs((bits.read(24) / GAMMA_UNIT) * 2.2 - 1) < 0.01;
  return isUsual ? GAMMA_2_2 : UNSPECIFIED;
}

function skipPoint(bits: LittleBits): void {
  for (const _ of ['x', 'y']) bits.choose([19, 0], [19, 524_288], [20, 1_048_576], [21, 2_097_152]);
}

const CUSTOM = 2;
const D65 = 1;
const DCI_PRIMARIES = 11;
/** Code points: https://www.itu.int/rec/T-REC-H.273 */
const DISPLAY_P3 = 12;
const [UNSPECIFIED, GAMMA_2_2] = [2, 4];
