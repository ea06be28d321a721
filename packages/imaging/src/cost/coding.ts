import type { SourceFacts } from '@imagemill/variants';
import { z } from 'zod';
import { type Counts, defaultBudgets } from '../budgets/budgets.ts';
import type { CodedPixels } from '../budgets/coded-pixels.ts';
import type { Interpretation } from '../colour/interpretation.ts';
import { isWideGamut } from '../colour/wide-gamut.ts';
import type { SourceHeader } from '../source/foreign-header.ts';
import type { JpegProcess } from '../source/jpeg-process.ts';

/** How a source's pixels are stored, as far as its decoder's work depends on it. */
export const Coding = z.object({
  channels: z.int().min(1).max(8),
  bytesPerChannel: z.int().min(1).max(4),
  /** The colour channels of a JPEG or AVIF besides the first have a quarter of its size. */
  isSubsampled: z.boolean(),
  /** A progressive JPEG or an interlaced PNG: all of its passes are held in memory. */
  isProgressive: z.boolean(),
  /** Scans of a JPEG, of which one with arithmetic coding counts as twenty; 0 for other formats. */
  scans: z.int().nonnegative(),
  tiles: z.int().nonnegative(),
  /** Strips or tiles of a TIFF. */
  strips: z.int().nonnegative(),
  /** Of an AVIF or HEIC, whose picture may be a small part of what is decoded to show it. */
  codedPixels: z
    .object({ all: z.number().nonnegative(), largest: z.number().nonnegative(), canvas: z.number().nonnegative() })
    .optional(),
  /** After decompression. */
  metadataBytes: z.int().nonnegative(),
  /** The pixels are converted to sRGB by our own code, or by a profile of 16 bits. */
  isConverted: z.boolean(),
  /** It can have colours outside of sRGB, and is decoded once more if a variant keeps them. */
  isWideGamut: z.boolean(),
});
export type Coding = z.infer<typeof Coding>;

/** What a source has at most, if only its public facts are known. */
export function heaviestCoding({ colourSpace }: SourceFacts): Coding {
  const bytesPerChannel = colourSpace === 'scrgb' ? 4 : colourSpace.endsWith('16') ? 2 : 1;
  return {
    channels: 4,
    bytesPerChannel,
    isSubsampled: false,
    isProgressive: true,
    scans: 20,
    tiles: 0,
    strips: 0,
    metadataBytes: defaultBudgets.metadataBytes,
    isConverted: true,
    isWideGamut: true,
  };
}

const bytesOfDepth: Partial<Record<string, number>> = { ushort: 2, short: 2, float: 4 };

/** CPU of a scan with arithmetic coding, relative to one with Huffman codes: 3.6 ms per megapixel, if it visits all coefficients. */
const ARITHMETIC_SCANS = 20;

interface DecoderFacts {
  /** Of a JPEG. */
  readonly process: JpegProcess | 'unsupported' | undefined;
  /** Of an AVIF or HEIC. */
  readonly codedPixels: CodedPixels | undefined;
}

export function codingOf(
  header: SourceHeader,
  counts: Counts,
  interpretation: Interpretation,
  { process, codedPixels }: DecoderFacts,
): Coding {
  const { scans, tiles, strips, gridTiles, metadataBytes, profileBytes } = counts;
  return {
    channels: header.channels,
    bytesPerChannel: bytesOfDepth[header.depth] ?? 1,
    isSubsampled: header.chromaSubsampling?.startsWith('4:2:0') ?? false,
    isProgressive: header.isProgressive ?? false,
    scans: process === 'arithmetic' ? ARITHMETIC_SCANS * scans : scans,
    tiles: tiles + gridTiles,
    strips,
    ...(codedPixels !== undefined && { codedPixels }),
    metadataBytes: metadataBytes + profileBytes,
    isConverted: interpretation.by !== 'libvips',
    isWideGamut: header.isWideGamut ?? isWideGamut(interpretation, header.icc),
  };
}
