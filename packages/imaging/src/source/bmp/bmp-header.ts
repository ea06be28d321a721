import { RejectedImageError } from '../../errors.ts';

/**
 * The header of a Windows bitmap, or of one of OS/2. https://learn.microsoft.com/windows/win32/gdi/bitmap-storage and, for
 * the variants in use, https://entropymine.com/jason/bmpsuite/
 */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether the first row of the file is the upper one. */
  readonly isTopDown: boolean;
  readonly bitsPerPixel: number;
  readonly coding: 'plain' | 'runs';
  /** Where the pixels start. */
  readonly dataAt: number;
  /** Of pixels with at most 8 bits. */
  readonly palette: { readonly at: number; readonly entries: number; readonly entryBytes: 3 | 4 };
  /** Of pixels with at least 16 bits: red, green, blue, alpha; 0 if there is none. */
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number];
  readonly hasAlpha: boolean;
  readonly profile: Buffer | undefined;
}

const FILE_HEADER = 14;
/** OS/2 1.x; Windows 3; with masks; with a mask for alpha; OS/2 2.x; versions 4 and 5. */
const headerSizes = { core: 12, info: 40, masks: 52, alpha: 56, os2: 64, v4: 108, v5: 124 } as const;
const sizes: readonly number[] = Object.values(headerSizes);

const [RGB, RLE8, RLE4, BIT_FIELDS, ALPHA_BIT_FIELDS] = [0, 1, 2, 3, 6];
const EMBEDDED_PROFILE = 'DEBM';

export const isBmp = (bytes: Buffer): boolean =>
  bytes.length >= FILE_HEADER + 4 &&
  bytes.toString('latin1', 0, 2) === 'BM' &&
  sizes.includes(bytes.readUInt32LE(FILE_HEADER));

/**
 * @param file of which `isBmp` is true
 * @throws RejectedImageError `unsupported-format`, `corrupt`
 */
export function readBmpHeader(file: Buffer): BmpHeader {
  const size = file.readUInt32LE(FILE_HEADER);
  const end = FILE_HEADER + size;
  const dataAt = file.readUInt32LE(10);
  if (file.length < end || dataAt < end || dataAt >= file.length) throw new RejectedImageError('corrupt');
  const { width, signedHeight, bitsPerPixel, compression, colours } = readFields(file, size);
  const isTopDown = signedHeight < 0;
  const coding = codingOf(compression, bitsPerPixel, size);
  if (width <= 0 || signedHeight === 0 || (coding === 'runs' && isTopDown)) throw new RejectedImageError('corrupt');
  const masks = masksOf(file, { size, compression, bitsPerPixel });
  const entryBytes = size === headerSizes.core ? 3 : 4;
  const most = bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0;
  // Pixels may start within a palette of the full length.
  const entries = Math.min(most, colours || most, Math.floor((dataAt - end) / entryBytes));
  if (most > 0 && entries < 1) throw new RejectedImageError('corrupt');
  return {
    width,
    height: Math.abs(signedHeight),
    isTopDown,
    bitsPerPixel,
    coding,
    dataAt,
    masks,
    palette: { at: end, entries, entryBytes },
    hasAlpha: bitsPerPixel >= 16 && masks[3] !== 0,
    profile: profileOf(file, size),
  };
}

function readFields(file: Buffer, size: number) {
  if (size === headerSizes.core) {
    const [width, signedHeight] = [file.readUInt16LE(18), file.readUInt16LE(20)];
    return { width, signedHeight, bitsPerPixel: file.readUInt16LE(24), compression: RGB, colours: 0 };
  }
  return {
    width: file.readInt32LE(18),
    signedHeight: file.readInt32LE(22),
    bitsPerPixel: file.readUInt16LE(28),
    compression: file.readUInt32LE(30),
    colours: file.readUInt32LE(46),
  };
}

const depths: Readonly<Record<number, readonly number[]>> = {
  [RGB]: [1, 2, 4, 8, 16, 24, 32],
  [RLE8]: [8],
  [RLE4]: [4],
  [BIT_FIELDS]: [16, 32],
  [ALPHA_BIT_FIELDS]: [16, 32],
};

/** Not JPEG or PNG within a bitmap, which is for printers, and not the runs and fax codes of OS/2, which use the same numbers. */
function codingOf(compression: number, bitsPerPixel: number, size: number): BmpHeader['coding'] {
  const isOfOs2 = size === headerSizes.os2 && compression > RLE4;
  if (isOfOs2 || !depths[compression]?.includes(bitsPerPixel)) throw new RejectedImageError('unsupported-format');
  return compression === RLE8 || compression === RLE4 ? 'runs' : 'plain';
}

interface MaskFields {
  readonly size: number;
  readonly compression: number;
  readonly bitsPerPixel: number;
}

/** As browsers do: alpha counts if the header has a mask for it, with any compression. The fourth byte of older headers is unused. */
function masksOf(file: Buffer, { size, compression, bitsPerPixel }: MaskFields): BmpHeader['masks'] {
  const at = FILE_HEADER + headerSizes.info;
  const usesMasks = compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS;
  const hasAlphaMask = (size >= headerSizes.alpha && size !== headerSizes.os2) || compression === ALPHA_BIT_FIELDS;
  if (file.length < at + 16 && (usesMasks || hasAlphaMask)) throw new RejectedImageError('corrupt');
  const alpha = hasAlphaMask && bitsPerPixel !== 24 ? file.readUInt32LE(at + 12) : 0;
  if (usesMasks) return [file.readUInt32LE(at), file.readUInt32LE(at + 4), file.readUInt32LE(at + 8), alpha];
  return bitsPerPixel === 16 ? [0x7c00, 0x03e0, 0x001f, alpha] : [0xff0000, 0x00ff00, 0x0000ff, alpha];
}

/** Only version 5 can contain one. A linked one is not read. */
function profileOf(file: Buffer, size: number): Buffer | undefined {
  if (size !== headerSizes.v5 || file.toString('latin1', FILE_HEADER + 56, FILE_HEADER + 60) !== EMBEDDED_PROFILE) {
    return undefined;
  }
  const at = FILE_HEADER + file.readUInt32LE(FILE_HEADER + 112);
  const length = file.readUInt32LE(FILE_HEADER + 116);
  return length > 0 && at + length <= file.length ? file.subarray(at, at + length) : undefined;
}
