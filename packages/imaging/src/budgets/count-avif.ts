import { isoBoxTree, type NestedBox } from '../source/iso-box-tree.ts';
import { av1Frames } from './av1-frames.ts';
import { type Extent, itemTypes, readExtents } from './avif-extents.ts';
import { beyond } from './beyond.ts';
import type { Tally } from './budgets.ts';

/** libheif reads profiles byte by byte. */
const PROFILE_WEIGHT = 2;

/** Boxes, items, tiles and metadata of an ISO base media file. ISO/IEC 14496-12 and 23008-12 */
export function countAvif(bytes: Buffer, tally: Tally): void {
  const types = new Map<number, string>();
  const placed: Record<string, Buffer[]> = { iloc: [], idat: [] };
  for (const box of isoBoxTree(bytes)) {
    tally.add('boxes');
    const content = bytes.subarray(box.from, box.to);
    if (isTable(box)) tally.add('tableBytes', content.length);
    if (box.type === 'colr') tally.add('profileBytes', PROFILE_WEIGHT * content.length);
    if (box.type === 'dimg') tally.add('gridTiles', targetsOf(content, box));
    placed[box.type]?.push(content);
    if (box.type === 'iinf') countItems(content, types, tally);
  }
  const [idat = Buffer.of()] = placed.idat ?? [];
  const data = { bytes, idat, types, excessOf: beyond(bytes.length) };
  for (const content of placed.iloc ?? []) {
    countExtents(content, data, tally);
    countFrames(content, data, tally);
  }
}

function countItems(iinf: Buffer, types: Map<number, string>, tally: Tally): void {
  for (const [item, type] of itemTypes(iinf)) {
    tally.add('items');
    // Of several entries for an item, libheif uses the first one.
    if (!types.has(item)) types.set(item, type);
  }
}

/** Profiles have a budget of their own, and `idat` has data of items. */
const isTable = ({ type, depth, isOpened }: NestedBox) => depth > 0 && !isOpened && type !== 'colr' && type !== 'idat';

/** Pictures that a derived one is made of. */
function targetsOf(content: Buffer, { parentVersion }: NestedBox): number {
  const countAt = parentVersion === 0 ? 2 : 4;
  return content.length >= countAt + 2 ? content.readUInt16BE(countAt) : 0;
}

function countExtents(iloc: Buffer, { bytes, types, excessOf }: Data, tally: Tally): void {
  for (const { item, length } of readExtents(iloc, bytes.length)) {
    tally.add('parts');
    const type = types.get(item);
    // What pictures have beyond the whole file is not part of one.
    tally.add('metadataBytes', type === 'Exif' || type === 'mime' ? length : excessOf(length));
    if (type === 'Exif') tally.add('exifBytes', length);
  }
}

interface Data {
  readonly bytes: Buffer;
  readonly idat: Buffer;
  readonly types: ReadonlyMap<number, string>;
  /** Of the extents of pictures, in all tables. */
  readonly excessOf: ReturnType<typeof beyond>;
}

/** The most frames that one item of AV1 has. Of HEVC, libheif decodes only the first one. */
function countFrames(iloc: Buffer, { bytes, idat, types }: Data, tally: Tally): void {
  const dataOf = ({ offset, length, isInIdat }: Extent) => (isInIdat ? idat : bytes).subarray(offset, offset + length);
  const items = Map.groupBy(readExtents(iloc, bytes.length), ({ item }) => item);
  for (const [item, extents] of items) {
    if (types.get(item) !== 'av01') continue;
    const parts = extents.map(dataOf);
    const frames = av1Frames(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
    tally.add('codedFrames', Math.max(0, frames - tally.counts.codedFrames));
  }
}
