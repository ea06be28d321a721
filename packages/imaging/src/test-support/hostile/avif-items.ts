import sharp from 'sharp';
import { codedAlpha, codedColour } from '../avif.ts';
import { box, fullBox, metaHead, u16, u32 } from '../iso-boxes.ts';

interface Item {
  readonly type: string;
  readonly data: Buffer;
  readonly boxes: readonly Buffer[];
}

interface Layout {
  /** Boxes of the `iref` box. */
  readonly references?: readonly Buffer[];
  /** Boxes between `ftyp` and `meta`. */
  readonly before?: readonly Buffer[];
  /** Replaces the entries of `iinf`. */
  readonly entries?: readonly Buffer[];
  readonly brands?: Buffer;
  /** The data are in `idat` instead of `mdat`. */
  readonly isInIdat?: boolean;
}

/** An AVIF of these items, which are numbered from 1; the first one is its picture. Equal buffers are written once. */
function assembled(items: readonly Item[], layout: Layout = {}): Buffer {
  const { before = [], brands = Buffer.of(), isInIdat = false } = layout;
  const head = Buffer.concat([box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf'), brands), ...before]);
  const dataAt = isInIdat ? 0 : head.length + metaBox(items, layout, 0).length + 8;
  const data = isInIdat ? [] : [box('mdat', ...distinct(items.map((item) => item.data)))];
  return Buffer.concat([head, metaBox(items, layout, dataAt), ...data]);
}

function metaBox(items: readonly Item[], layout: Layout, dataAt: number): Buffer {
  const { references = [], isInIdat } = layout;
  const entries = layout.entries ?? items.map(({ type }, index) => itemEntry(index + 1, type));
  const properties = distinct(items.flatMap(({ boxes }) => boxes));
  const data = distinct(items.map((item) => item.data));
  const offsetOf = (own: Buffer) => data.slice(0, data.indexOf(own)).reduce((sum, { length }) => sum + length, dataAt);
  return fullBox(
    'meta',
    0,
    ...metaHead(),
    fullBox(
      'iloc',
      1,
      u16(0x44_00, items.length),
      ...items.flatMap((item, index) => [
        u16(index + 1, isInIdat ? 1 : 0, 0, 1),
        u32(offsetOf(item.data), item.data.length),
      ]),
    ),
    fullBox('iinf', 0, u16(entries.length), ...entries),
    ...(references.length > 0 ? [fullBox('iref', 0, ...references)] : []),
    box(
      'iprp',
      box('ipco', ...properties),
      fullBox(
        'ipma',
        0,
        u32(items.length),
        ...items.flatMap(({ boxes }, index) => [
          u16(index + 1),
          Buffer.of(boxes.length, ...boxes.map((own) => 0x80 | (properties.indexOf(own) + 1))),
        ]),
      ),
    ),
    ...(isInIdat ? [box('idat', ...data)] : []),
  );
}

const distinct = (buffers: readonly Buffer[]) => [...new Set(buffers)];
const itemEntry = (item: number, type: string) => fullBox('infe', 2, u16(item, 0), Buffer.from(`${type}\0`));
const reference = (type: string, from: number, ...to: number[]) => box(type, u16(from, to.length, ...to));
const declared = (width: number, height: number) => fullBox('ispe', 0, u32(width, height));
const auxiliary = (type: string) => fullBox('auxC', 0, Buffer.from(`${type}\0`));
const ALPHA = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha';

/** Width and height of what these files show. */
export const SHOWN_SIDE = 64;

async function coded(side: number, kind: 'colour' | 'alpha' = 'colour', frames = 1): Promise<Item> {
  const background = { r: 200, g: 100, b: 50, alpha: 0.5 };
  const picture = await sharp({ create: { width: side, height: side, channels: kind === 'alpha' ? 4 : 3, background } })
    .png()
    .toBuffer();
  const { stream, boxes } = await (kind === 'alpha' ? codedAlpha(picture) : codedColour(picture));
  return { type: 'av01', data: repeated(stream, frames), boxes };
}

const repeated = (stream: Buffer, times: number) => Buffer.alloc(times * stream.length, stream);

/** ISO/IEC 14496-12, section 12.1.4 */
const crop = box('clap', u32(SHOWN_SIDE, 1, SHOWN_SIDE, 1, 0, 1, 0, 1));

/** Shows the top left part of its first tile. */
function derived(type: 'grid' | 'iovl', columns: number, rows: number, shown = SHOWN_SIDE): Item {
  const data =
    type === 'grid'
      ? Buffer.concat([Buffer.of(0, 1, rows - 1, columns - 1), u32(shown, shown)])
      : Buffer.concat([Buffer.of(0, 1), u16(0, 0, 0, 0xff_ff), u32(shown, shown), Buffer.alloc(8 * columns * rows)]);
  return { type, data, boxes: [declared(shown, shown)] };
}

const many = (item: number, times: number) => Array.from({ length: times }, () => item);

/** Ways to make libheif decode more pixels than a picture has: each file shows 64 × 64, and decodes that times the square of a number. */
export const hiddenPixelsAvif: Readonly<Record<string, (root: number) => Promise<Buffer>>> = {
  'a grid that refers to a tile many times': async (root) =>
    assembled([derived('grid', root, root), await coded(SHOWN_SIDE)], {
      references: [reference('dimg', 1, ...many(2, root * root))],
    }),
  'a grid of one large tile': async (root) =>
    assembled([derived('grid', 1, 1), await coded(root * SHOWN_SIDE)], { references: [reference('dimg', 1, 2)] }),
  'an overlay': async (root) =>
    assembled([derived('iovl', 2, 2), await coded((root * SHOWN_SIDE) / 2)], {
      references: [reference('dimg', 1, ...many(2, 4))],
    }),
  'an overlay of grids': async (root) =>
    assembled([derived('iovl', root, 1), derived('grid', root, 1), await coded(SHOWN_SIDE)], {
      references: [reference('dimg', 1, ...many(2, root)), reference('dimg', 2, ...many(3, root))],
    }),
  'references in a box of another type': async (root) =>
    assembled([derived('grid', root, root), await coded(SHOWN_SIDE)], {
      references: [box('free', u16(1, 1, 2), reference('dimg', 1, ...many(2, root * root)))],
    }),
  'a cropped picture': async (root) => {
    const picture = await coded(root * SHOWN_SIDE);
    return assembled([{ ...picture, boxes: [...picture.boxes, crop] }]);
  },
  'frames that are not shown': async (root) => assembled([await coded(SHOWN_SIDE, 'colour', root * root)]),
  'frames in the header of a picture': async (root) => {
    const { data, boxes, type } = await coded(SHOWN_SIDE);
    const header = boxes.find((own) => own.toString('latin1', 4, 8) === 'av1C') as Buffer;
    const longer = box('av1C', header.subarray(8, 12), repeated(data, root * root - 1));
    return assembled([{ type, data, boxes: boxes.map((own) => (own === header ? longer : own)) }]);
  },
  'a large alpha channel': async (root) => withAlpha([await coded(root * SHOWN_SIDE, 'alpha')]),
  'an alpha channel of many frames': async (root) => withAlpha([await coded(SHOWN_SIDE, 'alpha', root * root)]),
  'an alpha channel as a grid': async (root) =>
    withAlpha(
      [derived('grid', root, root), await coded(SHOWN_SIDE, 'alpha')],
      [reference('dimg', 2, ...many(3, root * root))],
    ),
  'the alpha channels of tiles': async (root) => {
    const alpha = await coded(SHOWN_SIDE, 'alpha', root * root - 1);
    return assembled(
      [derived('grid', 1, 1), await coded(SHOWN_SIDE), { ...alpha, boxes: [...alpha.boxes, auxiliary(ALPHA)] }],
      { references: [reference('dimg', 1, 2), reference('auxl', 3, 2)] },
    );
  },
};

/** The first of these items is the alpha channel of a picture. */
async function withAlpha([alpha, ...rest]: Item[], references: readonly Buffer[] = []): Promise<Buffer> {
  if (!alpha) throw new Error('There is no alpha channel.');
  const items = [await coded(SHOWN_SIDE), { ...alpha, boxes: [...alpha.boxes, auxiliary(ALPHA)] }, ...rest];
  return assembled(items, { references: [reference('auxl', 2, 1), ...references] });
}

/** A grid of one tile that shows as much of it as it can, or less; a crop to 64 × 64 follows if wanted. */
export async function sharedTileAvif(
  columns: number,
  rows: number,
  tile: number,
  shown: number,
  { isCropped = false } = {},
): Promise<Buffer> {
  const grid = derived('grid', columns, rows, shown);
  const boxes = [...grid.boxes, ...(isCropped ? [crop] : [])];
  return assembled([{ ...grid, boxes }, await coded(tile)], {
    references: [reference('dimg', 1, ...many(2, columns * rows))],
  });
}

/** Ways to write a picture of many frames that libheif reads like any other. */
export const hiddenItemsAvif: Readonly<Record<string, (frames: number) => Promise<Buffer>>> = {
  'behind a list of items outside of meta': async (frames) =>
    assembled([await coded(16, 'colour', frames)], { before: [fullBox('iinf', 0, u16(1), itemEntry(1, 'Exif'))] }),
  'behind a free box in the list of items': async (frames) => {
    const free = Buffer.from(itemEntry(1, 'hvc1'));
    free.write('free', 4, 'latin1');
    return assembled([await coded(16, 'colour', frames)], { entries: [free, itemEntry(1, 'av01')] });
  },
  'in an item whose entry has a size of 64 bits': async (frames) => {
    const content = itemEntry(1, 'av01').subarray(8);
    const entry = Buffer.concat([u32(1), Buffer.from('infe'), u32(0, 16 + content.length), content]);
    return assembled([await coded(16, 'colour', frames)], { entries: [entry] });
  },
  'behind other data outside of meta': async (frames) => {
    const item = await coded(16, 'colour', frames);
    return assembled([item], { isInIdat: true, before: [box('idat', Buffer.alloc(item.data.length, 0x12))] });
  },
  'in a place whose fields have an odd size': oddFieldSizes,
  'in the header of a picture': framesInHeader,
};

/** A picture of many frames, whose place in the file has a base of 2 bytes: libheif does not read them. */
async function oddFieldSizes(frames: number): Promise<Buffer> {
  const file = assembled([await coded(16, 'colour', frames)]);
  const sizesAt = file.indexOf('iloc') + 8;
  file.writeUInt8(0x20, sizesAt + 1);
  return file;
}

/** A picture without data, and with frames in its header. */
export async function framesWithoutDataAvif(frames: number): Promise<Buffer> {
  const file = await framesInHeader(frames);
  const extentsAt = file.indexOf('iloc') + 8 + 4 + 6;
  file.writeUInt16BE(0, extentsAt);
  return file;
}

async function framesInHeader(frames: number): Promise<Buffer> {
  const { data, boxes, type } = await coded(16);
  const header = boxes.find((own) => own.toString('latin1', 4, 8) === 'av1C') as Buffer;
  const longer = box('av1C', header.subarray(8, 12), repeated(data, frames));
  return assembled([{ type, data, boxes: boxes.map((own) => (own === header ? longer : own)) }]);
}

/** A picture of many frames behind another `meta` box, in which that item is no picture. */
export async function severalMetaAvif(frames: number): Promise<Buffer> {
  const picture = await coded(16, 'colour', frames);
  const other = metaBox([{ ...picture, type: 'Exif', data: Buffer.alloc(8) }], {}, 0);
  return assembled([picture], { before: [other] });
}

/** A picture with references from one auxiliary picture, which has a long type many times. */
export async function manyAuxiliaryReferencesAvif(count: number, typeBytes: number, repeats: number): Promise<Buffer> {
  const picture = await coded(16);
  const type = fullBox('auxC', 0, Buffer.alloc(typeBytes, 'u'));
  const own = { ...picture, boxes: [...picture.boxes, ...Array.from({ length: repeats }, () => type)] };
  return assembled([picture, own], { references: [reference('auxl', 2, ...many(1, count))] });
}

/** A picture whose first box has brands of that many bytes. */
export async function manyBrandsAvif(bytes: number): Promise<Buffer> {
  return assembled([await coded(16)], { brands: Buffer.alloc(bytes, 'abcd') });
}
