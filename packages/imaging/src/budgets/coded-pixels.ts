import { RejectedImageError } from '../errors.ts';
import type { Av1Frames } from './av1-frames.ts';
import { type HeifItems, type HeifProperty, readHeifItems } from './heif-items.ts';
import { readHeifMeta } from './heif-meta.ts';
import { frameReader, itemFrames, mayBeAv1 } from './item-frames.ts';
import { remembered } from './remembered.ts';

export interface CodedPixels {
  /** Of all pictures that the shown one is derived from, as often as it refers to them, and of all of their frames. */
  readonly all: number;
  /** Of the largest frame, which is in memory at once. */
  readonly largest: number;
  /** Of the largest derived picture, before it is cropped. */
  readonly canvas: number;
}

/**
 * Pixels that libheif decodes to show the primary picture of an AVIF or HEIC: of its colours or of its alpha channel, whichever has more.
 * Other pictures of the file, such as thumbnails and gain maps, are not decoded.
 *
 * @throws RejectedImageError `too-complex`
 */
export function codedPixels(bytes: Uint8Array): CodedPixels {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const items = readHeifItems(file, readHeifMeta(file));
  if (items.primary === undefined) return { all: 0, largest: 0, canvas: 0 };
  const pixels = pixelReader(items);
  const all = Math.max(pixels.colours(items.primary), pixels.alpha(items.primary));
  return { all, ...pixels.largest() };
}

/** Deeper than any useful one: a grid in an overlay in a tone-mapped picture. A loop is deeper, too. */
const DEPTH_MAX = 16;

function pixelReader(items: HeifItems) {
  const known = new Map<number, number>();
  const ofProperty = frameReader();
  const isAlpha = alphaReader(items);
  let [largest, canvas] = [0, 0];
  const colours = (item: number, depth = 0): number => {
    const sources = items.from(item, 'dimg').map((source) => total(source, depth + 1));
    const { frames, pixels } = ownFrames(items, item, ofProperty);
    if (layoutAt[items.typeOf(item) ?? '']) canvas = Math.max(canvas, pixels);
    else largest = Math.max(largest, pixels);
    return Math.max(frames * pixels, sum(sources));
  };
  const alpha = (item: number, depth = 0): number =>
    Math.max(0, ...[...items.to(item, 'auxl')].filter(isAlpha).map((source) => total(source, depth + 1)));
  const total = (item: number, depth: number): number => {
    if (depth > DEPTH_MAX) throw new RejectedImageError('too-complex', new Error('Pictures are derived too deeply.'));
    const pixels = known.get(item) ?? colours(item, depth) + alpha(item, depth);
    known.set(item, pixels);
    return pixels;
  };
  return { colours, alpha, largest: () => ({ largest, canvas }) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function ownFrames(items: HeifItems, item: number, ofProperty: (property: HeifProperty) => Av1Frames): Av1Frames {
  const type = items.typeOf(item);
  const sidesAt = layoutAt[type ?? ''];
  if (sidesAt) return { frames: 1, pixels: canvasPixels(items.data(item), sidesAt) };
  const declared = Math.max(0, ...items.properties(item).map(declaredPixels));
  if (!mayBeAv1(type)) return { frames: 1, pixels: declared };
  const { frames, pixels } = itemFrames(items, item, ofProperty);
  return frames * pixels > declared ? { frames, pixels } : { frames: 1, pixels: declared };
}

/** Where the data of derived pictures have their sides. */
const layoutAt: Readonly<Record<string, number>> = { grid: 4, iovl: 10 };
const LARGE_FIELDS = 1;

/** Of a derived picture; its flags tell how long its sides are. ISO/IEC 23008-12, sections 6.6.2.2 and 6.6.2.3 */
function canvasPixels(data: Buffer, at: number): number {
  const sideBytes = ((data[1] ?? 0) & LARGE_FIELDS) === 0 ? 2 : 4;
  if (data.length < at + 2 * sideBytes) return 0;
  return data.readUIntBE(at, sideBytes) * data.readUIntBE(at + sideBytes, sideBytes);
}

/** ISO/IEC 23008-12, section 6.5.3 */
const declaredPixels = ({ type, content }: HeifProperty) =>
  type === 'ispe' && content.length >= 12 ? content.readUInt32BE(4) * content.readUInt32BE(8) : 0;

const URN_AT = 4;
/** Of AV1, of HEVC and of AVC. */
const ALPHA_TYPES = [
  'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha',
  'urn:mpeg:hevc:2015:auxid:1',
  'urn:mpeg:avc:2015:auxid:1',
];

/** Whether an item is an alpha channel. */
function alphaReader(items: HeifItems): (item: number) => boolean {
  const isAlphaType = remembered(
    ({ type, content }: HeifProperty) =>
      type === 'auxC' && ALPHA_TYPES.some((urn) => content.toString('latin1', URN_AT, URN_AT + urn.length) === urn),
  );
  return remembered((item) => items.properties(item).some(isAlphaType));
}
