/** A box of an ISO base media file, such as AVIF: https://www.iso.org/standard/83102.html */
export interface Box {
  readonly type: string;
  /** Without the header; a view, not a copy. */
  readonly content: Buffer;
}

/** No encoder writes more into one box; a larger number would only waste time. */
const BOXES_MAX = 4096;
const LARGE_HEADER = 16;

/** The consecutive boxes in these bytes, up to the first truncated one. */
export function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  let at = 0;
  while (at + 8 <= bytes.length && boxes.length < BOXES_MAX) {
    const declared = bytes.readUInt32BE(at);
    const isLarge = declared === 1 && at + LARGE_HEADER <= bytes.length;
    const header = isLarge ? LARGE_HEADER : 8;
    const size = isLarge ? Number(bytes.readBigUInt64BE(at + 8)) : declared || bytes.length - at;
    if (size < header || at + size > bytes.length) break;
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), content: bytes.subarray(at + header, at + size) });
    at += size;
  }
  return boxes;
}

/** The content of the first box of that type, without the four bytes of version and flags if it is a full box. */
export function boxIn(bytes: Buffer, type: string, kind: 'box' | 'full' = 'box'): Buffer | undefined {
  const content = boxesIn(bytes).find((box) => box.type === type)?.content;
  return kind === 'full' ? content?.subarray(4) : content;
}
