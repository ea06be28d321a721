import sharp from 'sharp';
import { readAv1Colour } from '../colour/av1-sequence-header.ts';
import { readAvifItems } from '../colour/avif-items.ts';
import { box, fullBox, metaHead, u16, u32 } from './iso-boxes.ts';

/** A coded picture for an item of an AVIF file, with the boxes that describe its pixels. */
interface Coded {
  readonly stream: Buffer;
  readonly boxes: readonly Buffer[];
}

export interface AvifParts {
  readonly colour: Coded;
  readonly alpha?: Coded;
  /** Code points: https://www.itu.int/rec/T-REC-H.273 */
  readonly nclx?: { readonly primaries: number; readonly transfer: number; readonly fullRange?: boolean };
  readonly profile?: Buffer;
  /** Number of quarter turns to the left. */
  readonly turns?: number;
}

const BT601 = 6;

/** An AVIF file with boxes that sharp cannot write. https://aomediacodec.github.io/av1-avif */
export function avifFile({ colour, alpha, nclx, profile, turns }: AvifParts): Buffer {
  const own = [
    ...(nclx ? [box('colr', Buffer.from('nclx'), u16(nclx.primaries, nclx.transfer, BT601), range(nclx))] : []),
    ...(profile ? [box('colr', Buffer.from('prof'), profile)] : []),
    ...(turns === undefined ? [] : [box('irot', Buffer.of(turns))]),
  ];
  const items = [{ ...colour, boxes: [...colour.boxes, ...own] }, ...(alpha ? [alphaItem(alpha)] : [])];
  const type = box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf'));
  const metaLength = meta(items, 0).length;
  const data = box('mdat', ...items.map(({ stream }) => stream));
  return Buffer.concat([type, meta(items, type.length + metaLength + 8), data]);
}

const range = ({ fullRange = true }) => Buffer.of(fullRange ? 0x80 : 0);

/** A picture's colours as AV1, encoded by sharp without visible loss. */
export async function codedColour(picture: Buffer, bitdepth: 8 | 10 | 12 = 8): Promise<Coded> {
  return codedItem(await encoded(picture, bitdepth), 'primary');
}

/** Only a picture's alpha channel as AV1, which is monochrome. */
export async function codedAlpha(picture: Buffer, bitdepth: 8 | 10 | 12 = 8): Promise<Coded> {
  return codedItem(await encoded(picture, bitdepth), 'alpha');
}

const encoded = (picture: Buffer, bitdepth: 8 | 10 | 12) =>
  sharp(picture).avif({ quality: 100, effort: 0, chromaSubsampling: '4:4:4', bitdepth }).toBuffer();

function codedItem(avif: Buffer, which: 'primary' | 'alpha'): Coded {
  const items = readAvifItems(avif);
  const [item = items.primary] = which === 'alpha' ? items.to(items.primary, 'auxl') : [];
  const described = ['ispe', 'pixi', 'av1C'];
  const boxes = items.properties(item).filter(({ type }) => described.includes(type));
  return { stream: Buffer.from(items.bytes(item)), boxes: boxes.map(({ type, content }) => box(type, content)) };
}

/** The same stream, declared as narrow range (16 to 235 in 8 bits). */
export function asNarrowRange({ stream, boxes }: Coded): Coded {
  const wanted = JSON.stringify({ ...readAv1Colour(stream), fullRange: false });
  // Backwards, because bits before the range flag may move it.
  for (let bit = 8 * Math.min(32, stream.length) - 1; bit > 0; bit--) {
    const changed = Buffer.from(stream);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (128 >> (bit & 7)), bit >> 3);
    if (JSON.stringify(colourOrNone(changed)) === wanted) return { stream: changed, boxes };
  }
  throw new Error('The stream has no range flag.');
}

function colourOrNone(stream: Buffer) {
  try {
    return readAv1Colour(stream);
  } catch {
    // The bit determines the positions of others.
    return undefined;
  }
}

const alphaItem = ({ stream, boxes }: Coded): Coded => ({
  stream,
  boxes: [...boxes, fullBox('auxC', 0, Buffer.from('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0'))],
});

function meta(items: readonly Coded[], dataOffset: number): Buffer {
  const boxes = items.flatMap((item) => item.boxes);
  const places = items.map((item) => Buffer.of(...item.boxes.map((one) => 0x80 | (boxes.indexOf(one) + 1))));
  const infos = items.map((_, index) => fullBox('infe', 2, u16(index + 1, 0), Buffer.from('av01\0')));
  const offsets = items.map((_, index) => items.slice(0, index).reduce((sum, { stream }) => sum + stream.length, 0));
  return fullBox(
    'meta',
    0,
    ...metaHead(),
    fullBox(
      'iloc',
      0,
      u16(0x44_00, items.length),
      ...items.flatMap(({ stream }, index) => [
        u16(index + 1, 0, 1),
        u32(dataOffset + (offsets[index] ?? 0), stream.length),
      ]),
    ),
    fullBox('iinf', 0, u16(items.length), ...infos),
    ...(items.length > 1 ? [fullBox('iref', 0, box('auxl', u16(2, 1, 1)))] : []),
    box(
      'iprp',
      box('ipco', ...boxes),
      fullBox(
        'ipma',
        0,
        u32(items.length),
        ...places.flatMap((own, index) => [u16(index + 1), Buffer.of(own.length), own]),
      ),
    ),
  );
}
