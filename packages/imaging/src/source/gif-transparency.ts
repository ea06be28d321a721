import { gifBlocks } from './gif-blocks.ts';

const GRAPHIC_CONTROL = 0xf9;

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

function readFrames(file: Uint8Array): GifFrames {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const frames = { isTransparent: false, coversCanvas: true, end: 0 };
  for (const { isImage, at, end } of gifBlocks(bytes)) {
    if (isImage) {
      if (frames.end === 0) frames.coversCanvas = isAsLargeAsCanvas(bytes, at);
      frames.end = end;
    } else if (bytes[at + 1] === GRAPHIC_CONTROL) {
      frames.isTransparent ||= ((bytes[at + 3] ?? 0) & 1) === 1;
    }
  }
  return frames;
}

function isAsLargeAsCanvas(bytes: Buffer, at: number): boolean {
  const [left, top, width, height] = [1, 3, 5, 7].map((offset) => bytes.readUInt16LE(at + offset)) as number[];
  return left === 0 && top === 0 && Number(width) >= bytes.readUInt16LE(6) && Number(height) >= bytes.readUInt16LE(8);
}
