import { isoBoxTree, type NestedBox } from '../source/iso-box-tree.ts';
import { itemTypes, readExtents } from './avif-extents.ts';
import type { Tally } from './budgets.ts';

/** libheif reads profiles byte by byte. */
const PROFILE_WEIGHT = 2;

/** Boxes, items, tiles and metadata of an ISO base media file. ISO/IEC 14496-12 and 23008-12 */
export function countAvif(bytes: Buffer, tally: Tally): void {
  const types = new Map<number, string>();
  const locations: Buffer[] = [];
  for (const box of isoBoxTree(bytes)) {
    tally.add('boxes');
    const content = bytes.subarray(box.from, box.to);
    if (isTable(box)) tally.add('tableBytes', content.length);
    if (box.type === 'colr') tally.add('profileBytes', PROFILE_WEIGHT * content.length);
    if (box.type === 'dimg') tally.add('gridTiles', targetsOf(content, box));
    if (box.type === 'iloc') locations.push(content);
    if (box.type !== 'iinf') continue;
    for (const [item, type] of itemTypes(content)) {
      tally.add('items');
      types.set(item, type);
    }
  }
  for (const content of locations) countExtents(content, bytes.length, types, tally);
}

/** Profiles have a budget of their own, and `idat` has data of items. */
const isTable = ({ type, depth, isOpened }: NestedBox) => depth > 0 && !isOpened && type !== 'colr' && type !== 'idat';

/** Pictures that a derived one is made of. */
function targetsOf(content: Buffer, { parentVersion }: NestedBox): number {
  const countAt = parentVersion === 0 ? 2 : 4;
  return content.length >= countAt + 2 ? content.readUInt16BE(countAt) : 0;
}

function countExtents(iloc: Buffer, fileBytes: number, types: ReadonlyMap<number, string>, tally: Tally): void {
  let codedBytes = 0;
  for (const { item, length } of readExtents(iloc, fileBytes)) {
    tally.add('parts');
    const type = types.get(item);
    if (type === 'Exif' || type === 'mime') tally.add('metadataBytes', length);
    else codedBytes += length;
    if (type === 'Exif') tally.add('exifBytes', length);
  }
  // Extents may overlap, and libheif reads each of them: what they have beyond the whole file is not part of a picture.
  tally.add('metadataBytes', Math.max(0, codedBytes - fileBytes));
}
