import { RejectedImageError } from '../errors.ts';

/**
 * What a decoder's work grows with, besides pixels and bytes. The numbers are far above those of real files, which
 * docs/adr/0024-budgets.md lists, and far below those that cost a decoder seconds.
 */
export interface Budgets {
  /** Frames of a GIF or a WebP. Only the first one is decoded for stills; `framesMax` limits animated variants. */
  readonly frames: number;
  /** Scans of a JPEG. */
  readonly scans: number;
  /** Scans after the first one × pixels of a JPEG: libjpeg visits every block of a progressive picture for each scan. */
  readonly scanPixels: number;
  /** Directories and sub-directories of a TIFF. */
  readonly directories: number;
  /** Tiles of a TIFF. */
  readonly tiles: number;
  /** Lengths of the strips and tiles of a TIFF, which libtiff reads before it decodes. A planar picture has a strip of each row for each channel. */
  readonly strips: number;
  /** Pictures that a derived picture of an AVIF refers to, such as the tiles of a grid; libheif has the same limit. */
  readonly gridTiles: number;
  /** Pictures and metadata of an AVIF; libheif has the same limit. */
  readonly items: number;
  /** Boxes of an AVIF. */
  readonly boxes: number;
  /**
   * Frames in the data of one picture of an AVIF: libheif decodes all of them, and shows one. A picture has one, and one in layers
   * has up to four.
   */
  readonly codedFrames: number;
  /** Bytes of an AVIF's boxes that describe items and tracks: libheif reads them byte by byte. */
  readonly tableBytes: number;
  /** JPEG segments, PNG and WebP chunks, GIF blocks, TIFF entries, extents of an AVIF. */
  readonly parts: number;
  /** Sub-blocks of a GIF, each of at most 255 bytes. */
  readonly subBlocks: number;
  /** Bytes of EXIF, XMP, profiles, comments and previews, after decompression. */
  readonly metadataBytes: number;
  /** Bytes of ICC profiles alone. */
  readonly profileBytes: number;
  /** Bytes of EXIF alone. */
  readonly exifBytes: number;
}

const MIB = 2 ** 20;

export const defaultBudgets: Budgets = {
  frames: 10_000,
  scans: 256,
  scanPixels: 2_000_000_000,
  directories: 4_096,
  tiles: 65_536,
  strips: 262_144,
  gridTiles: 256,
  items: 256,
  boxes: 4_096,
  codedFrames: 16,
  tableBytes: MIB,
  parts: 65_536,
  subBlocks: 500_000,
  metadataBytes: 8 * MIB,
  profileBytes: 4 * MIB,
  exifBytes: MIB,
};

export type Counts = { readonly [measure in keyof Budgets]: number };

/** Counts what a file contains. */
export interface Tally {
  /** @throws RejectedImageError `too-complex` as soon as the budget is exceeded */
  add(measure: keyof Budgets, amount?: number): void;
  readonly counts: Counts;
  /** How much of a budget is left. */
  left(measure: keyof Budgets): number;
}

export function createTally(budgets: Budgets): Tally {
  const counts = {
    frames: 0,
    scans: 0,
    scanPixels: 0,
    directories: 0,
    tiles: 0,
    strips: 0,
    gridTiles: 0,
    items: 0,
    boxes: 0,
    codedFrames: 0,
    tableBytes: 0,
    parts: 0,
    subBlocks: 0,
    metadataBytes: 0,
    profileBytes: 0,
    exifBytes: 0,
  };
  return {
    counts,
    left: (measure) => budgets[measure] - counts[measure],
    add(measure, amount = 1) {
      counts[measure] += amount;
      if (counts[measure] > budgets[measure]) {
        throw new RejectedImageError('too-complex', new Error(`More than ${budgets[measure]} ${measure}.`));
      }
    },
  };
}
