import { crc32, deflateSync } from 'node:zlib';

/** Width and height of each patch in pixels. */
export const PATCH = 8;

/**
 * A PNG of plain squares from left to right, in any pixel format and with any chunks; sharp cannot write all of them.
 *
 * @param patches the samples of each: grey, grey and alpha, RGB, or RGBA
 */
export function patchesPng(
  patches: readonly (readonly number[])[],
  depth: 8 | 16,
  chunks: readonly Buffer[] = [],
): Buffer {
  const channels = patches[0]?.length ?? 0;
  const colourType = [undefined, 0, 4, 2, 6][channels];
  if (colourType === undefined) throw new Error('A PNG cannot have this number of samples per pixel.');
  const row = patches.flatMap((samples) => Array.from({ length: PATCH }, () => samples).flat());
  const packed = Buffer.concat([Buffer.of(0), ...row.map((sample) => sampleBytes(sample, depth))]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: PATCH }, () => packed)));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', Buffer.concat([u32(patches.length * PATCH, PATCH), Buffer.of(depth, colourType, 0, 0, 0)])),
    ...chunks,
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.of()),
  ]);
}

export function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  return Buffer.concat([u32(content.length), body, u32(crc32(body))]);
}

/** Chunks with colour information: https://www.w3.org/TR/png-3/#colour-space-information */
export const cicp = (primaries: number, transfer: number) => pngChunk('cICP', Buffer.of(primaries, transfer, 0, 1));
export const gama = (exponent: number) => pngChunk('gAMA', u32(Math.round(exponent * 100_000)));
export const srgbChunk = () => pngChunk('sRGB', Buffer.of(0));
export const iccp = (profile: Buffer) =>
  pngChunk('iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]));
/** White, red, green, blue. */
export const chrm = (...points: (readonly [x: number, y: number])[]) =>
  pngChunk('cHRM', u32(...points.flat().map((value) => Math.round(value * 100_000))));

function sampleBytes(sample: number, depth: 8 | 16): Buffer {
  return depth === 8 ? Buffer.of(sample) : Buffer.of(sample >> 8, sample & 255);
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
