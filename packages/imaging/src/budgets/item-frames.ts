import { type Av1Frames, av1Frames } from './av1-frames.ts';
import type { HeifItems, HeifProperty } from './heif-items.ts';
import { remembered } from './remembered.ts';

/** Items whose data are not AV1: of other decoders, derived pictures and metadata. */
const others = new Set([
  ...['hvc1', 'hev1', 'lhv1', 'avc1', 'evc1', 'vvc1', 'jpeg', 'j2k1', 'unci', 'mski'],
  ...['grid', 'iovl', 'iden', 'tmap', 'tili'],
  ...['Exif', 'mime', 'uri ', 'rgan'],
]);

/** Whether libheif may decode the data of an item of this type as AV1. */
export const mayBeAv1 = (type: string | undefined) => type === undefined || !others.has(type);

/**
 * The frames in the data of an item: libheif decodes those in its `av1C` property first.
 *
 * @param ofProperty those of a property, which many items can share
 */
export function itemFrames(items: HeifItems, item: number, ofProperty = frameReader()): Av1Frames {
  const headers = items.properties(item).map(ofProperty);
  const all = [...headers, av1Frames(items.data(item))];
  return {
    frames: all.reduce((sum, { frames }) => sum + frames, 0),
    pixels: Math.max(...all.map(({ pixels }) => pixels)),
  };
}

const NONE: Av1Frames = { frames: 0, pixels: 0 };
/** Before the units of AV1: https://aomediacodec.github.io/av1-isobmff/#av1codecconfigurationbox-syntax */
const AV1C_HEAD = 4;

/** Reads each property once. */
export const frameReader = () =>
  remembered(({ type, content }: HeifProperty) => (type === 'av1C' ? av1Frames(content.subarray(AV1C_HEAD)) : NONE));
