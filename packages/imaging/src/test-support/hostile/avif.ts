import sharp from 'sharp';
import { avifFile, codedColour } from '../avif.ts';
import { box, fullBox, metaHead, u16, u32 } from '../iso-boxes.ts';

/**
 * A plain picture: 2.5 KB for 99 megapixels, and twice that with an alpha channel.
 *
 * The encoder takes about 20 bytes of memory per pixel.
 */
export function flatAvif(width: number, height: number, { alpha = false } = {}): Promise<Buffer> {
  const background = { r: 200, g: 100, b: 50, alpha: 0.5 };
  return sharp({ create: { width, height, channels: alpha ? 4 : 3, background }, limitInputPixels: false })
    .avif({ effort: 0, quality: 30 })
    .toBuffer();
}

const fileType = box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf'));

export interface GridAvif {
  readonly columns: number;
  readonly rows: number;
  /** Width and height of a tile in pixels. */
  readonly tile: number;
}

/** A grid that shows one coded tile at every position: 2 bytes for each. ISO/IEC 23008-12, section 6.6.2.3. */
export async function gridAvif({ columns, rows, tile }: GridAvif): Promise<Buffer> {
  const picture = await sharp({ create: { width: tile, height: tile, channels: 3, background: '#c86432' } })
    .png()
    .toBuffer();
  const { stream, boxes } = await codedColour(picture);
  const size = fullBox('ispe', 0, u32(columns * tile, rows * tile));
  const layout = Buffer.concat([Buffer.of(0, 1, rows - 1, columns - 1), u32(columns * tile, rows * tile)]);
  const places = boxes.map((_, index) => 0x80 | (index + 1));
  const meta = (dataAt: number) =>
    fullBox(
      'meta',
      0,
      ...metaHead(),
      fullBox(
        'iloc',
        0,
        u16(0x44_00, 2),
        extent(1, dataAt, layout.length),
        extent(2, dataAt + layout.length, stream.length),
      ),
      fullBox('iinf', 0, u16(2), itemInfo(1, 'grid'), itemInfo(2, 'av01')),
      fullBox('iref', 0, box('dimg', u16(1, columns * rows), Buffer.alloc(2 * columns * rows, u16(2)))),
      box(
        'iprp',
        box('ipco', ...boxes, size),
        fullBox('ipma', 0, u32(2), u16(1), Buffer.of(1, boxes.length + 1), u16(2), Buffer.of(places.length, ...places)),
      ),
    );
  const dataAt = fileType.length + meta(0).length + 8;
  return Buffer.concat([fileType, meta(dataAt), box('mdat', layout, stream)]);
}

const extent = (item: number, at: number, length: number) => Buffer.concat([u16(item, 0, 1), u32(at, length)]);
const itemInfo = (item: number, type: string) => fullBox('infe', 2, u16(item, 0), Buffer.from(`${type}\0`));

/** A picture beside items without content: 21 bytes each. */
export async function manyItemsAvif(items: number): Promise<Buffer> {
  const info = itemInfo(0, 'Exif');
  const all = Buffer.alloc(items * info.length, info);
  for (let index = 0; index < items; index++) all.writeUInt16BE(2 + (index % 60_000), index * info.length + 12);
  return withMetaBoxes(await smallAvif(), [fullBox('iinf', 1, u32(items + 1), itemInfo(1, 'av01'), all)], ['iinf']);
}

/** A picture beside empty boxes: 8 bytes each, after it or among its metadata. */
export async function manyBoxesAvif(boxes: number, place: 'meta' | 'file'): Promise<Buffer> {
  const empty = Buffer.alloc(8 * boxes, box('free'));
  const avif = await smallAvif();
  return place === 'file' ? Buffer.concat([avif, empty]) : withMetaBoxes(avif, [empty]);
}

/** A picture with boxes within boxes: 8 bytes for each level. */
export async function nestedBoxesAvif(depth: number, type: 'iprp' | 'ipco' | 'dinf' = 'dinf'): Promise<Buffer> {
  const nested = Buffer.alloc(8 * depth, box(type));
  for (let level = 0; level < depth; level++) nested.writeUInt32BE(8 * (depth - level), 8 * level);
  return withMetaBoxes(await smallAvif(), [nested]);
}

/** A picture with tables of that many bytes beside it. */
export async function largeTablesAvif(bytes: number): Promise<Buffer> {
  return withMetaBoxes(await smallAvif(), [box('free', Buffer.alloc(bytes))]);
}

/** A picture beside a track with a table of the sizes of samples: 4 bytes each. */
export async function manySamplesAvif(samples: number): Promise<Buffer> {
  const sizes = fullBox('stsz', 0, u32(0, samples), Buffer.alloc(4 * samples, u32(10)));
  return Buffer.concat([await smallAvif(), box('moov', box('trak', box('mdia', box('minf', box('stbl', sizes)))))]);
}

/** A picture whose data have its frame that many times: 22 bytes each. Only one is shown. */
export async function manyFramesAvif(frames: number, side = 16, parts = 1): Promise<Buffer> {
  const picture = await sharp({ create: { width: side, height: side, channels: 3, background: '#c86432' } })
    .png()
    .toBuffer();
  const { stream, boxes } = await codedColour(picture);
  const file = avifFile({ colour: { stream: Buffer.alloc(frames * stream.length, stream), boxes } });
  return parts === 1 ? file : inExtents(file, frames * stream.length, parts);
}

/** The same picture with its data in several extents. */
function inExtents(avif: Buffer, bytes: number, parts: number): Buffer {
  const each = Math.ceil(bytes / parts);
  const made = (dataAt: number) => {
    const places = Array.from({ length: parts }, (_, part) =>
      u32(dataAt + part * each, Math.min(each, bytes - part * each)),
    );
    return withMetaBoxes(avif, [fullBox('iloc', 0, u16(0x44_00, 1, 1, 0, parts), ...places)], ['iloc']);
  };
  return made(made(0).length - bytes);
}

/** A picture with an ICC profile of that many bytes. */
export async function largeProfileAvif(bytes: number): Promise<Buffer> {
  return avifFile({ colour: await smallColour(), profile: Buffer.alloc(bytes) });
}

/** A picture beside EXIF items whose data are all the same part of the file. */
export async function overlappingItemsAvif(items: number, bytes: number): Promise<Buffer> {
  const avif = await smallAvif();
  const metaAt = avif.readUInt32BE(0);
  const ids = Array.from({ length: items }, (_, index) => index + 2);
  const made = (at: number, own: number) =>
    withMetaBoxes(
      avif,
      [
        fullBox('iloc', 0, u16(0x44_00, items + 1), extent(1, at, own), ...ids.map((id) => extent(id, at, bytes))),
        fullBox('iinf', 0, u16(items + 1), itemInfo(1, 'av01'), ...ids.map((id) => itemInfo(id, 'Exif'))),
        fullBox('iref', 0, ...ids.map((id) => box('cdsc', u16(id, 1, 1)))),
      ],
      ['iloc', 'iinf'],
    );
  const own = avif.length - metaAt - avif.readUInt32BE(metaAt) - 8;
  const draft = made(0, own);
  const file = made(draft.length - own, own);
  return Buffer.concat([file, Buffer.alloc(bytes)]);
}

/** A picture with further tables of extents, each of which places its item at the same zeros. */
export async function manyExtentTablesAvif(tables: number, bytes: number): Promise<Buffer> {
  const avif = await smallAvif();
  const made = (zerosAt: number) =>
    withMetaBoxes(
      avif,
      Array.from({ length: tables }, () => fullBox('iloc', 0, u16(0x44_00, 1), extent(1, zerosAt, bytes))),
    );
  return Buffer.concat([made(made(0).length), Buffer.alloc(bytes)]);
}

/** A picture of many frames, with a zero after each, or with a second entry of another type for its item. */
export async function hiddenFramesAvif(by: 'zeros' | 'a second type', frames: number): Promise<Buffer> {
  const { stream, boxes } = await smallColour();
  const frame = by === 'zeros' ? Buffer.concat([stream, Buffer.of(0)]) : stream;
  const avif = avifFile({ colour: { stream: Buffer.alloc(frames * frame.length, frame), boxes } });
  if (by === 'zeros') return avif;
  return withMetaBoxes(avif, [fullBox('iinf', 0, u16(2), itemInfo(1, 'av01'), itemInfo(1, 'Exif'))], ['iinf']);
}

const smallColour = async () =>
  codedColour(
    await sharp({ create: { width: 16, height: 16, channels: 3, background: '#c86432' } })
      .png()
      .toBuffer(),
  );
const smallAvif = async () => avifFile({ colour: await smallColour() });

/** Adds boxes at the end of `meta`, after those of other types; the picture's data move by as many bytes. */
function withMetaBoxes(avif: Buffer, added: readonly Buffer[], replaced: readonly string[] = []): Buffer {
  const metaAt = avif.readUInt32BE(0);
  const metaEnd = metaAt + avif.readUInt32BE(metaAt);
  const kept = childBoxes(avif.subarray(metaAt + 12, metaEnd)).filter(({ type }) => !replaced.includes(type));
  const rebuilt = fullBox('meta', 0, ...kept.map(({ bytes }) => bytes), ...added);
  if (replaced.includes('iloc')) return Buffer.concat([avif.subarray(0, metaAt), rebuilt, avif.subarray(metaEnd)]);
  const location = rebuilt.indexOf('iloc');
  // Version, flags, sizes, number of items; item, data reference, extents; then the offset.
  const offsetAt = location + 4 + 4 + 2 + 2 + 6;
  rebuilt.writeUInt32BE(rebuilt.readUInt32BE(offsetAt) + rebuilt.length - (metaEnd - metaAt), offsetAt);
  return Buffer.concat([avif.subarray(0, metaAt), rebuilt, avif.subarray(metaEnd)]);
}

function childBoxes(bytes: Buffer): { type: string; bytes: Buffer }[] {
  const children: { type: string; bytes: Buffer }[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const own = bytes.subarray(at, at + bytes.readUInt32BE(at));
    children.push({ type: own.toString('latin1', 4, 8), bytes: own });
  }
  return children;
}
