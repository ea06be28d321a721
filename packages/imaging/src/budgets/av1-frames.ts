/** Types of an open bitstream unit: https://aomediacodec.github.io/av1-spec/#obu-header-semantics */
const [FRAME_HEADER, FRAME] = [3, 6];
const [HAS_SIZE, HAS_EXTENSION] = [0x02, 0x04];
const SIZE_BYTES_MAX = 8;

/** Frames of an AV1 stream, up to a unit without a size, which is the last one. */
export function av1Frames(stream: Buffer): number {
  let frames = 0;
  for (let at = 0; at < stream.length; ) {
    const header = stream[at] ?? 0;
    // libaom skips zeros between frames.
    if (header === 0) {
      at += 1;
      continue;
    }
    const type = (header >> 3) & 15;
    if (type === FRAME_HEADER || type === FRAME) frames += 1;
    if ((header & HAS_SIZE) === 0) break;
    const { value, end } = leb128(stream, at + ((header & HAS_EXTENSION) === 0 ? 1 : 2));
    at = end + value;
  }
  return frames;
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
