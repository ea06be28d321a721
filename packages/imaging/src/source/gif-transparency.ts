/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;
const IMAGE_DESCRIPTOR_BYTES = 10;

export const isGif = (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'GIF8';

/** One transparent pixel, with its own colour table. */
const transparentFrame = Buffer.from('21f90401000000002c000000000100010080000000ffffff0202440100', 'hex');

/**
 * Appends a transparent frame to a GIF whose first frame does not cover the canvas, if no frame declares transparency.
 * Without such a frame, libvips makes no alpha channel, and the empty canvas becomes black.
 *
 * @returns undefined for a GIF that does not need it
 */
export function withTransparentFrame(bytes: Uint8Array): Uint8Array | undefined {
  const { isTransparent, coversCanvas, end } = readFrames(bytes);
  if (isTransparent || coversCanvas) return undefined;
  return Buffer.concat([bytes.subarray(0, end), transparentFrame, bytes.subarray(end)]);
}

interface GifFrames {
  readonly isTransparent: boolean;
  /** Whether the first frame does. */
  readonly coversCanvas: boolean;
  /** The position after the last complete frame. */
  readonly end: number;
}

/** Walks over the blocks without decoding them, up to the trailer or the end of a truncated file. */
function readFrames(file: Uint8Array): GifFrames {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const frames = { isTransparent: false, coversCanvas: true, end: 0 };
  for (let at = colourTableEnd(bytes, HEADER_BYTES, 10); at + IMAGE_DESCRIPTOR_BYTES < bytes.length; ) {
    const isImage = bytes[at] === IMAGE;
    if (!isImage && bytes[at] !== EXTENSION) break;
    const next = blocksEnd(bytes, isImage ? colourTableEnd(bytes, at + IMAGE_DESCRIPTOR_BYTES, at + 9) + 1 : at + 2);
    if (next === undefined) break;
    if (isImage) {
      if (frames.end === 0) frames.coversCanvas = isAsLargeAsCanvas(bytes, at);
      frames.end = next;
    } else if (bytes[at + 1] === GRAPHIC_CONTROL) {
      frames.isTransparent ||= ((bytes[at + 3] ?? 0) & 1) === 1;
    }
    at = next;
  }
  return frames;
}

function isAsLargeAsCanvas(bytes: Buffer, at: number): boolean {
  const [left, top, width, height] = [1, 3, 5, 7].map((offset) => bytes.readUInt16LE(at + offset)) as number[];
  return left === 0 && top === 0 && Number(width) >= bytes.readUInt16LE(6) && Number(height) >= bytes.readUInt16LE(8);
}

const colourTableEnd = (bytes: Buffer, start: number, flagsAt: number) => {
  const flags = bytes[flagsAt] ?? 0;
  return (flags & 0x80) === 0 ? start : start + 3 * 2 ** ((flags & 7) + 1);
};

function blocksEnd(bytes: Buffer, start: number): number | undefined {
  for (let at = start; at < bytes.length; ) {
    const size = bytes[at] ?? 0;
    at += size + 1;
    if (size === 0) return at;
  }
  return undefined;
}
