import { isoBoxes, isoBoxTree, type NestedBox } from '../source/iso-box-tree.ts';
import { readExtents } from './avif-extents.ts';
import { beyond } from './beyond.ts';
import type { Tally } from './budgets.ts';
import { type HeifItems, readHeifItems } from './heif-items.ts';
import { readHeifMeta } from './heif-meta.ts';
import { frameReader, itemFrames, mayBeAv1 } from './item-frames.ts';

/** libheif reads profiles byte by byte. */
const PROFILE_WEIGHT = 2;

/** Boxes, items, tiles and metadata of an ISO base media file. ISO/IEC 14496-12 and 23008-12 */
export function countAvif(bytes: Buffer, tally: Tally): void {
  for (const box of isoBoxTree(bytes)) {
    tally.add('boxes');
    const content = bytes.subarray(box.from, box.to);
    if (isTable(box)) tally.add('tableBytes', content.length);
    if (box.type === 'colr') tally.add('profileBytes', PROFILE_WEIGHT * content.length);
    if (box.type === 'iinf') countItems(content, tally);
  }
  const meta = readHeifMeta(bytes);
  const items = readHeifItems(bytes, meta);
  tally.add('gridTiles', items.sources);
  const iloc = meta.get('iloc');
  if (iloc) countExtents(iloc, bytes.length, items, tally);
  countFrames(items, tally);
}

/** Of any type: libheif reads all of them. */
function countItems(iinf: Buffer, tally: Tally): void {
  for (const _ of isoBoxes(iinf, { from: iinf[0] === 0 ? 6 : 8, to: iinf.length })) tally.add('items');
}

/** Profiles have a budget of their own, and `idat` has data of items. */
const isTable = ({ type, depth, isOpened }: NestedBox) => depth > 0 && !isOpened && type !== 'colr' && type !== 'idat';

function countExtents(iloc: Buffer, fileBytes: number, items: HeifItems, tally: Tally): void {
  const excessOf = beyond(fileBytes);
  for (const { item, length } of readExtents(iloc, fileBytes)) {
    tally.add('parts');
    const type = items.typeOf(item);
    // What pictures have beyond the whole file is not part of one.
    tally.add('metadataBytes', type === 'Exif' || type === 'mime' ? length : excessOf(length));
    if (type === 'Exif') tally.add('exifBytes', length);
  }
}

/** The most frames that one item of AV1 has. Of HEVC, libheif decodes only the first one. */
function countFrames(items: HeifItems, tally: Tally): void {
  const ofProperty = frameReader();
  for (const item of items.all) {
    if (!mayBeAv1(items.typeOf(item))) continue;
    const { frames } = itemFrames(items, item, ofProperty);
    tally.add('codedFrames', Math.max(0, frames - tally.counts.codedFrames));
  }
}
