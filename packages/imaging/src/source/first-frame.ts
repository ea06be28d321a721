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
  const frames = [...riffChunks(bytes)].filter(({ type }) => type === 'ANMF');
  const [first, ...others] = frames;
  const last = others.at(-1);
  if (!first || !last) return bytes;
  // Chunks between frames, of unknown types, are dropped with them.
  const still = Buffer.concat([bytes.subarray(0, first.end), bytes.subarray(last.end)]);
  still.writeUInt32LE(still.length - RIFF_HEADER, 4);
  return still;
}
