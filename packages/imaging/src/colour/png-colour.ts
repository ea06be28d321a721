import type { CodePoints } from './code-points.ts';
import type { Chromaticities, Point } from './gamut.ts';

/** Colour information of a PNG: https://www.w3.org/TR/png-3/#colour-space-information */
export interface PngColour {
  readonly codePoints?: CodePoints;
  readonly hasProfile: boolean;
  readonly isSrgb: boolean;
  /** The exponent from light to stored values, 1 / 2.2 for most screens. */
  readonly gamma?: number;
  readonly chromaticities?: Chromaticities;
}

const SIGNATURE = 8;
const HEADER = 8;
const CHECKSUM = 4;
/** More than any encoder writes before the pixels. */
const CHUNKS_MAX = 4096;
const FIXED_POINT = 100_000;

/** Reads the chunks before the first pixel; chunks of a wrong length are ignored. */
export function readPngColour(bytes: Uint8Array): PngColour {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Buffer>();
  let at = SIGNATURE;
  for (let count = 0; count < CHUNKS_MAX && at + HEADER <= file.length; count++) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + HEADER);
    if (type === 'IDAT') break;
    // The first chunk of a type applies, as in libpng.
    if (!chunks.has(type)) chunks.set(type, file.subarray(at + HEADER, at + HEADER + length));
    at += HEADER + length + CHECKSUM;
  }
  return { ...codePointsOf(chunks), ...gammaOf(chunks), ...chromaticitiesOf(chunks), ...flagsOf(chunks) };
}

type Chunks = ReadonlyMap<string, Buffer>;

const flagsOf = (chunks: Chunks) => ({ hasProfile: chunks.has('iCCP'), isSrgb: chunks.has('sRGB') });

function codePointsOf(chunks: Chunks): Pick<PngColour, 'codePoints'> {
  const chunk = chunks.get('cICP');
  // PNG stores only RGB, and the matrix must be 0: https://www.w3.org/TR/png-3/#cICP-chunk
  if (chunk?.length !== 4 || chunk.readUInt8(2) !== 0) return {};
  return { codePoints: { primaries: chunk.readUInt8(0), transfer: chunk.readUInt8(1) } };
}

function gammaOf(chunks: Chunks): Pick<PngColour, 'gamma'> {
  const chunk = chunks.get('gAMA');
  const gamma = chunk?.length === 4 ? chunk.readUInt32BE(0) / FIXED_POINT : 0;
  return gamma > 0 ? { gamma } : {};
}

function chromaticitiesOf(chunks: Chunks): Pick<PngColour, 'chromaticities'> {
  const chunk = chunks.get('cHRM');
  if (chunk?.length !== 32) return {};
  const point = (index: number): Point => [
    chunk.readUInt32BE(8 * index) / FIXED_POINT,
    chunk.readUInt32BE(8 * index + 4) / FIXED_POINT,
  ];
  return { chromaticities: { white: point(0), red: point(1), green: point(2), blue: point(3) } };
}
