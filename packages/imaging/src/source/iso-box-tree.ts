/** A box anywhere in an ISO base media file; its content is from byte `from` up to, but excluding, `to`. */
export interface NestedBox {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  /** 0 for a box of the file itself. */
  readonly depth: number;
  /** Its content is boxes, which follow. */
  readonly isOpened: boolean;
}

/** Boxes whose content is boxes, after this many bytes: version and flags of full boxes. ISO/IEC 14496-12 */
const containers: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0, iref: 4, dinf: 0, moov: 0, trak: 0 };
/** Deepest nesting of these: `moov`, `trak`, `meta`, `iprp`, `ipco`. */
const DEPTH_MAX = 5;
const HEADER = 8;
const LARGE_HEADER = 16;

/** Every box down to the deepest useful level, up to the first truncated one of each level. */
export function* isoBoxTree(bytes: Buffer): Generator<NestedBox> {
  const open = [{ from: 0, to: bytes.length, depth: 0 }];
  for (let range = open.pop(); range; range = open.pop()) {
    for (const { type, from, to } of isoBoxes(bytes, range)) {
      const head = range.depth < DEPTH_MAX ? containers[type] : undefined;
      yield { type, from, to, depth: range.depth, isOpened: head !== undefined };
      if (head === undefined) continue;
      open.push({ from: from + head, to, depth: range.depth + 1 });
    }
  }
}

/** The consecutive boxes of a range, up to the first truncated one; unlike `boxesIn` of `isobmff.ts`, any number of them. */
export function* isoBoxes(bytes: Buffer, range: { readonly from: number; readonly to: number }) {
  for (let at = range.from; at + HEADER <= range.to; ) {
    const box = headerAt(bytes, at, range.to);
    if (box.to < box.from || box.to > range.to) return;
    yield box;
    at = box.to;
  }
}

/** A size of 1 means that 64 bits follow, one of 0 that the box ends with its parent. */
function headerAt(bytes: Buffer, at: number, parentEnd: number) {
  const declared = bytes.readUInt32BE(at);
  const isLarge = declared === 1 && at + LARGE_HEADER <= parentEnd;
  const size = isLarge ? Number(bytes.readBigUInt64BE(at + HEADER)) : declared || parentEnd - at;
  return {
    type: bytes.toString('latin1', at + 4, at + HEADER),
    from: at + (isLarge ? LARGE_HEADER : HEADER),
    to: at + size,
  };
}
