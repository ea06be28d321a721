import {
  type Decided,
  type Focus,
  type FocusChoice,
  focusOnFaces,
  type Size,
  type VariantSet,
} from '@imagemill/variants';
import sharp from 'sharp';
import { type Detector, detectorFrame, largerFrame } from './detector.ts';
import { frameOf } from './frame-of.ts';
import type { Pixels } from './pixels.ts';

export interface FocusSubject {
  readonly set: VariantSet;
  /** The source's size, in pixels. It may have been decoded to a smaller one. */
  readonly source: Size;
  /** As the seller gave it. */
  readonly focus: Focus | undefined;
  /** As the image's manifest has it: it was chosen before. */
  readonly chosenFocus: FocusChoice | undefined;
  readonly detector: Detector | undefined;
}

const nothing: Decided = { skipped: [] };

/**
 * Chooses the point that entries with the position `face` are cropped around, if the set has any: the seller's, else that of the faces,
 * else the one that libvips finds the most salient, else the centre.
 */
export async function chooseFocus(pixels: Pixels, subject: FocusSubject): Promise<Decided> {
  const { set, source, focus, chosenFocus, detector } = subject;
  if (!set.some(({ position }) => position === 'face')) return nothing;
  if (chosenFocus) return { chosenFocus, skipped: [] };
  if (focus) return { chosenFocus: { ...focus, by: 'seller' }, skipped: [] };
  const frame = await frameOf(pixels, detectorFrame);
  // It fails open: the picture is made without it.
  const faces = await detector?.detect(frame, () => frameOf(pixels, largerFrame)).catch(() => undefined);
  const skipped: Decided['skipped'] = faces ? [] : ['faces'];
  const onFaces = focusOnFaces(faces ?? [], source, set);
  return { chosenFocus: onFaces ? { ...onFaces, by: 'face' } : await salientPoint(frame), skipped };
}

async function salientPoint(frame: Buffer): Promise<FocusChoice> {
  const { width, height } = detectorFrame;
  try {
    const { info } = await sharp(frame, { raw: { width, height, channels: 3 } })
      .resize(height, height, { fit: 'cover', position: 'attention' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { attentionX: x, attentionY: y } = info;
    // Of a picture without any detail, it is the corner.
    if (x !== undefined && y !== undefined && x + y > 0)
      return { x: share(x, width), y: share(y, height), by: 'attention' };
  } catch {
    // What it cannot judge is cropped at its centre.
  }
  return { x: 0.5, y: 0.5, by: 'centre' };
}

const DECIMALS = 1_000;
const share = (at: number, length: number) => Math.round(Math.min(1, Math.max(0, at / length)) * DECIMALS) / DECIMALS;
