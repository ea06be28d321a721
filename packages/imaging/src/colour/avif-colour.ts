import { type Av1Colour, readAv1Colour } from './av1-sequence-header.ts';
import { type AvifItems, readAvifItems } from './avif-items.ts';
import type { CodePoints } from './code-points.ts';

/** Colour information of an AVIF file. */
export interface AvifColour {
  /** An ICC profile takes precedence. */
  readonly codePoints: CodePoints;
  readonly hasProfile: boolean;
  readonly isGrey: boolean;
  /** Narrow-range grey (16 to 235 in 8 bits): libheif expands narrow-range colours, but not grey. */
  readonly narrowGrey: boolean;
  /** The same for the alpha channel. */
  readonly narrowAlpha: boolean;
}

const ALPHA = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha';

/** Undefined if the boxes can't be read: libheif, which decodes the pixels, decides whether to reject such a file. */
export function readAvifColour(bytes: Uint8Array): AvifColour | undefined {
  try {
    const items = readAvifItems(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return colourOf(items);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function colourOf(items: AvifItems): AvifColour {
  const stored = av1ColourOf(items, items.primary);
  const boxes = items
    .properties(items.primary)
    .filter(({ type }) => type === 'colr')
    .map(({ content }) => content);
  const nclx = boxes.find((box) => colourType(box) === 'nclx');
  const alpha = items.to(items.primary, 'auxl').find((item) => items.isAuxiliary(item, ALPHA));
  const fullRange = nclx ? (nclx.readUInt8(10) & 0x80) !== 0 : stored.fullRange;
  return {
    // The box overrides the stream.
    codePoints: nclx ? { primaries: nclx.readUInt16BE(4), transfer: nclx.readUInt16BE(6) } : stored,
    hasProfile: boxes.some((box) => ['prof', 'rICC'].includes(colourType(box))),
    isGrey: stored.monochrome,
    narrowGrey: stored.monochrome && !fullRange,
    narrowAlpha: alpha !== undefined && !av1ColourOf(items, alpha).fullRange,
  };
}

const colourType = (colr: Buffer) => colr.toString('latin1', 0, 4);

/** For a grid, that of its first tile; all tiles are the same. */
function av1ColourOf(items: AvifItems, item: number): Av1Colour {
  const [tile = item] = items.from(item, 'dimg');
  return readAv1Colour(items.bytes(tile));
}
