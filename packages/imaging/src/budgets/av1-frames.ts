import { readAv1Pixels } from '../colour/av1-sequence-header.ts';

/** Types of an open bitstream unit: https://aomediacodec.github.io/av1-spec/#obu-header-semantics */
const [SEQUENCE_HEADER, FRAME_HEADER, FRAME] = [1, 3, 6];
const [HAS_SIZE, HAS_EXTENSION] = [0x02, 0x04];
const SIZE_BYTES_MAX = 8;

export interface Av1Frames {
  readonly frames: number;
  /** Width × height of the largest one that a sequence header allows. */
  readonly pixels: number;
}

/** Frames of an AV1 stream, up to a unit without a size, which is the last one. */
export function av1Frames(stream: Buffer): Av1Frames {
  let [frames, pixels] = [0, 0];
  for (const { type, content } of units(stream)) {
    if (type === FRAME_HEADER || type === FRAME) frames += 1;
    if (type === SEQUENCE_HEADER) pixels = Math.max(pixels, pixelsOf(content));
  }
  return { frames, pixels };
}

function* units(stream: Buffer) {
  for (let at = 0; at < stream.length; ) {
    const header = stream[at] ?? 0;
    // libaom skips zeros between frames.
    if (header === 0) {
      at += 1;
      continue;
    }
    const type = (header >> 3) & 15;
    const from = at + ((header & HAS_EXTENSION) === 0 ? 1 : 2);
    const { value, end } = (header & HAS_SIZE) === 0 ? { value: stream.length, end: from } : leb128(stream, from);
    at = end + value;
    yield { type, content: stream.subarray(end, at) };
  }
}

/** 0 for a truncated header, which no decoder accepts. */
function pixelsOf(sequenceHeader: Buffer): number {
  try {
    return readAv1Pixels(sequenceHeader);
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

function leb128(bytes: Buffer, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < SIZE_BYTES_MAX; index++) {
    const byte = bytes[from + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value, end: from + index + 1 };
  }
  return { value, end: from + SIZE_BYTES_MAX };
}
