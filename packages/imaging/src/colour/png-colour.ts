import type { CodePoints } from './code-points.ts';
import type { Chromaticities, Point } from './gamut.ts';

/** What a PNG says of its numbers: https://www.w3.org/TR/png-3/#colour-space-information */
export interface PngColour {
  readonly codePoints?: CodePoints;
  readonly hasProfile: boolean;
  readonly isSrgb: boolean;
  /** What the light is raised to when it is stored, 1 / 2.2 for most screens. */
  readonly gamma?: number;
  readonly chromaticities?: Chromaticities;
}

const SIGNATURE = 8;
const HEADER = 8;
const CHECKSUM = 4;
/** As many as any writer puts before its pixels, and more. */
const CHUNKS_MAX = 4096;
const FIXED_POINT = 100_000;

/** Reads what stands before the first pixel; chunks that are too short count for nothing. */
export function readPngColour(bytes: Uint8Array): PngColour {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Buffer>();
  let at = SIGNATURE;
  for (let count = 0; count < CHUNKS_MAX && at + HEADER <= file.length; count++) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + HEADER);
    if (type === 'IDAT') break;
    // The first one counts, as in libpng.
    if (!chunks.has(type)) chunks.set(type, file.subarray(at + HEADER, at + HEADER + length));
    at += HEADER + length + CHECKSUM;
  }
  return { ...codePointsOf(chunks), ...gammaOf(chunks), ...chromaticitiesOf(chunks), ...flagsOf(chunks) };
}

type Chunks = ReadonlyMap<string, Buffer>;

const flagsOf = (chunks: Chunks) => ({ hasProfile: chunks.has('iCCP'), isSrgb: chunks.has('sRGB') });

function codePointsOf(chunks: Chunks): Pick<PngColour, 'codePoints'> {
  const chunk = chunks.get('cICP');
  // PNG stores RGB only, so its matrix is 0: https://www.w3.org/TR/png-3/#cICP-chunk
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
