import type { Rgb } from './pictures.ts';

/** A frame of one plain colour, anywhere on its canvas. */
export interface GifFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Index into the palette. */
  readonly colour: 0 | 1 | 2 | 3;
  /** Before the next frame, 2 clears the area of this frame, 3 restores its previous content. */
  readonly disposal?: 0 | 1 | 2 | 3;
}

export const palette = [
  [220, 30, 30],
  [30, 180, 40],
  [40, 60, 210],
  [0, 0, 0],
] as const satisfies Rgb[];

/** A GIF without a transparent colour, whose frames may leave parts of the canvas empty; sharp cannot write one. */
export function partialGif(width: number, height: number, frames: readonly GifFrame[]): Buffer {
  return Buffer.concat([
    Buffer.from('GIF89a', 'latin1'),
    words(width, height),
    Buffer.of(0xf1, 0, 0, ...palette.flat()),
    ...frames.flatMap(frameBlocks),
    Buffer.of(0x3b),
  ]);
}

function frameBlocks({ left, top, width, height, colour, disposal = 0 }: GifFrame): Buffer[] {
  return [
    Buffer.of(0x21, 0xf9, 4, disposal << 2, 10, 0, 0, 0),
    Buffer.of(0x2c),
    words(left, top, width, height),
    Buffer.of(0, 2),
    ...subBlocks(pixelCodes(width * height, colour)),
    Buffer.of(0),
  ];
}

/** Codes of three bits: 4 clears the dictionary before it can grow, 5 is the end. */
function pixelCodes(pixels: number, colour: number): Buffer {
  const codes = [4];
  for (let pixel = 0; pixel < pixels; pixel++) codes.push(...(pixel > 0 && pixel % 2 === 0 ? [4, colour] : [colour]));
  codes.push(5);
  const bytes = Buffer.alloc(Math.ceil((codes.length * 3) / 8) + 1);
  for (const [index, code] of codes.entries()) {
    const [at, shift] = [(index * 3) >> 3, (index * 3) & 7];
    bytes.writeUInt16LE(bytes.readUInt16LE(at) | (code << shift), at);
  }
  return bytes;
}

function* subBlocks(data: Buffer): Generator<Buffer> {
  for (let at = 0; at < data.length; at += 255) {
    const part = data.subarray(at, at + 255);
    yield Buffer.concat([Buffer.of(part.length), part]);
  }
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, 2 * index);
  return bytes;
}
