import { RejectedImageError } from '../errors.ts';
import { isoBoxes } from '../source/iso-box-tree.ts';

/** Boxes of which a file has one, by their type. */
export type HeifMeta = ReadonlyMap<string, Buffer>;

/** Of several of these, libheif uses the last `meta`, and the first of the others. No writer makes more than one. */
const single = new Set(['meta', 'pitm', 'iinf', 'iloc', 'idat', 'iref', 'iprp', 'ipco']);
/** Version and flags. */
const FULL_BOX = 4;

/**
 * The children of the `meta` box of the file, which libheif reads items from. It ignores boxes of the same types elsewhere, such as in a track.
 * ISO/IEC 14496-12, section 8.11.1
 *
 * @throws RejectedImageError `too-complex` for several boxes where only one is used: which one depends on the decoder
 */
export function readHeifMeta(file: Buffer): HeifMeta {
  const meta = boxesByType(file, ['meta']).get('meta');
  return meta ? boxesByType(meta.subarray(FULL_BOX)) : new Map();
}

/** @throws RejectedImageError `too-complex` */
export function boxesByType(bytes: Buffer, types?: readonly string[]): HeifMeta {
  const boxes = new Map<string, Buffer>();
  for (const { type, from, to } of isoBoxes(bytes, { from: 0, to: bytes.length })) {
    if (types && !types.includes(type)) continue;
    if (boxes.has(type) && single.has(type)) {
      throw new RejectedImageError('too-complex', new Error(`More than one ${type} box.`));
    }
    boxes.set(type, bytes.subarray(from, to));
  }
  return boxes;
}
