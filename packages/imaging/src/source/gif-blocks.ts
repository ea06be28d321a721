/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const IMAGE_DESCRIPTOR_BYTES = 10;

export interface GifBlock {
  readonly isImage: boolean;
  readonly at: number;
  readonly end: number;
  /** Number of its sub-blocks of data. */
  readonly subBlocks: number;
}

export const isGif = (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'GIF8';

/**
 * The complete blocks of a GIF in order, up to the trailer or the end of a truncated file.
 *
 * @param subBlocksMax a block with more is the last one; its end is not known
 */
export function* gifBlocks(bytes: Uint8Array, subBlocksMax = Infinity): Generator<GifBlock> {
  for (let at = colourTableEnd(bytes, HEADER_BYTES, 10); at + IMAGE_DESCRIPTOR_BYTES < bytes.length; ) {
    const isImage = bytes[at] === IMAGE;
    if (!isImage && bytes[at] !== EXTENSION) return;
    const dataAt = isImage ? colourTableEnd(bytes, at + IMAGE_DESCRIPTOR_BYTES, at + 9) + 1 : at + 2;
    const data = dataEnd(bytes, dataAt, subBlocksMax);
    if (data === undefined || data.end > bytes.length) return;
    yield { isImage, at, ...data };
    if (data.subBlocks > subBlocksMax) return;
    at = data.end;
  }
}

const colourTableEnd = (bytes: Uint8Array, start: number, flagsAt: number) => {
  const flags = bytes[flagsAt] ?? 0;
  return (flags & 0x80) === 0 ? start : start + 3 * 2 ** ((flags & 7) + 1);
};

function dataEnd(bytes: Uint8Array, start: number, max: number): { end: number; subBlocks: number } | undefined {
  let at = start;
  for (let subBlocks = 0; at < bytes.length; subBlocks++) {
    const size = bytes[at] ?? 0;
    at += size + 1;
    if (size === 0 || subBlocks > max) return { end: at, subBlocks };
  }
  return undefined;
}
