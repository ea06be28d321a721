import { readFile } from 'node:fs/promises';
import { readAvifItems } from '../colour/avif-items.ts';
import { box, fullBox, metaHead, u16, u32 } from './iso-boxes.ts';
import type { Rgb } from './pictures.ts';

/** Files of `heic/`, of 64 × 48 pixels; `heic/README.md` has how they were made. */
export const heicSample = (name: 'plain' | 'p3' | 'deep' | 'alpha' | 'two' | 'exif'): Promise<Buffer> =>
  readFile(new URL(`heic/${name}.heic`, import.meta.url));

/** The encoder pads a sample to a tile, which a grid crops. */
export const TILE = { width: 64, height: 64 } as const;

/** The colours of every sample, in sRGB. */
export const sampleColour = (x: number, y: number): Rgb => [
  4 * x,
  5 * y,
  128 + Math.round(100 * Math.sin((x + y) / 20)),
];

export interface HeicParts {
  /** Tiles of the plain sample; below its 48 rows, a tile repeats the last one. */
  readonly columns: number;
  readonly rows: number;
  /** The size of the picture, which crops the last tiles; all of them if not given. */
  readonly width?: number;
  readonly height?: number;
  /** Number of quarter turns to the left. */
  readonly turns?: number;
  /** Which sides are exchanged. ISO/IEC 23008-12, section 6.5.12 */
  readonly mirror?: 'top and bottom' | 'left and right';
  /** Code points: https://www.itu.int/rec/T-REC-H.273 */
  readonly nclx?: { readonly primaries: number; readonly transfer: number };
  readonly profile?: Buffer;
  /** A gain map and a thumbnail, both of the tile's pixels. */
  readonly extras?: boolean;
  /** Replaces the data of a tile. */
  readonly stream?: Buffer;
}

interface Item {
  readonly type: string;
  readonly data: Buffer;
  readonly boxes: readonly Buffer[];
}

/** A grid as phones write it: ISO/IEC 23008-12, section 6.6.2.3. */
export async function gridHeic(parts: HeicParts): Promise<Buffer> {
  const {
    columns,
    rows,
    width = columns * TILE.width,
    height = rows * TILE.height,
    turns,
    mirror,
    nclx,
    profile,
  } = parts;
  const sample = readAvifItems(await heicSample('plain'));
  const [coded = 0] = sample.from(sample.primary, 'dimg');
  const described = sample.properties(coded).filter(({ type }) => ['hvcC', 'ispe'].includes(type));
  const tile: Item = {
    type: 'hvc1',
    data: parts.stream ?? Buffer.from(sample.bytes(coded)),
    boxes: described.map(({ type, content }) => box(type, content)),
  };
  const grid: Item = {
    type: 'grid',
    data: Buffer.concat([Buffer.of(0, 1, rows - 1, columns - 1), u32(width, height)]),
    boxes: [
      fullBox('ispe', 0, u32(width, height)),
      ...(nclx ? [box('colr', Buffer.from('nclx'), u16(nclx.primaries, nclx.transfer, 6), Buffer.of(0x80))] : []),
      ...(profile ? [box('colr', Buffer.from('prof'), profile)] : []),
      ...(turns === undefined ? [] : [box('irot', Buffer.of(turns))]),
      ...(mirror ? [box('imir', Buffer.of(mirror === 'top and bottom' ? 0 : 1))] : []),
    ],
  };
  const gainMap = {
    ...tile,
    boxes: [...tile.boxes, fullBox('auxC', 0, Buffer.from('urn:com:apple:photo:2020:aux:hdrgainmap\0'))],
  };
  // The primary picture is not the first item.
  const tiles = Array.from({ length: columns * rows }, () => tile);
  const items = [...(parts.extras ? [gainMap, tile] : []), ...tiles, grid];
  const id = items.length;
  const tileIds = tiles.map((_, index) => id - tiles.length + index);
  const references = [
    box('dimg', u16(id, tileIds.length, ...tileIds)),
    ...(parts.extras ? [box('auxl', u16(1, 1, id)), box('thmb', u16(2, 1, id))] : []),
  ];
  return assembled(items, id, references);
}

function assembled(items: readonly Item[], primary: number, references: readonly Buffer[]): Buffer {
  const type = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic'));
  const metaBytes = meta(items, primary, references, 0).length;
  const data = box('mdat', ...items.map((item) => item.data));
  return Buffer.concat([type, meta(items, primary, references, type.length + metaBytes + 8), data]);
}

function meta(items: readonly Item[], primary: number, references: readonly Buffer[], dataAt: number): Buffer {
  const boxes = items.flatMap((item) => item.boxes);
  let [at, property] = [dataAt, 0];
  const places = items.map(({ data }, index) => {
    at += data.length;
    return Buffer.concat([u16(index + 1, 0, 1), u32(at - data.length, data.length)]);
  });
  const associations = items.map((item, index) =>
    Buffer.concat([u16(index + 1), Buffer.of(item.boxes.length, ...item.boxes.map(() => 0x80 | ++property))]),
  );
  return fullBox(
    'meta',
    0,
    ...metaHead(primary),
    fullBox('iloc', 0, u16(0x44_00, items.length), ...places),
    fullBox(
      'iinf',
      0,
      u16(items.length),
      ...items.map((item, index) => fullBox('infe', 2, u16(index + 1, 0), Buffer.from(`${item.type}\0`))),
    ),
    fullBox('iref', 0, ...references),
    box('iprp', box('ipco', ...boxes), fullBox('ipma', 0, u32(items.length), ...associations)),
  );
}
