import { gifBlocks, isGif } from './gif-blocks.ts';
import { riffChunks } from './riff-chunks.ts';

const GIF_TRAILER = 0x3b;
const RIFF_HEADER = 8;

/**
 * An animation reduced to its first frame; any other file is returned unchanged. libvips would visit all frames for the
 * first one alone: those of a WebP take time that grows with the square of their number.
 */
export function firstFrame(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (isGif(bytes)) return firstOfGif(bytes);
  return bytes.toString('latin1', 8, 12) === 'WEBP' ? firstOfWebp(bytes) : file;
}

function firstOfGif(bytes: Buffer): Buffer {
  for (const { isImage, end } of gifBlocks(bytes)) {
    if (isImage && bytes[end] !== GIF_TRAILER) return Buffer.concat([bytes.subarray(0, end), Buffer.of(GIF_TRAILER)]);
    if (isImage) break;
  }
  return bytes;
}

/** Metadata follow the frames, and are kept. */
function firstOfWebp(bytes: Buffer): Buffer {
  const [first, ...others] = framesOfWebp(bytes);
  const last = others.at(-1);
  if (!first || !last) return bytes;
  // Chunks between frames, of unknown types, are dropped with them.
  const still = Buffer.concat([bytes.subarray(0, first.end), bytes.subarray(last.end)]);
  still.writeUInt32LE(still.length - RIFF_HEADER, 4);
  still.writeUInt32LE(first.end - first.at - RIFF_HEADER, first.at + 4);
  return still;
}

const pictureChunks = new Set(['ALPH', 'VP8 ', 'VP8L']);

/** Each frame ends after its picture. */
function framesOfWebp(bytes: Buffer): readonly { readonly at: number; readonly end: number }[] {
  const frames: { at: number; end: number }[] = [];
  for (const { type, at, end } of riffChunks(bytes)) {
    const frame = frames.at(-1);
    if (type === 'ANMF') frames.push({ at, end });
    else if (frame?.end === at && pictureChunks.has(type)) frame.end = end;
  }
  return frames;
}
