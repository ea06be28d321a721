import {
  crops,
  encoderSettings,
  graphicSettings,
  type Position,
  pads,
  type RenditionPlan,
  settingsOfSize,
  tinySource,
} from '@imagemill/variants';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { type BackedPlan, showsBackdrop } from './backdrop.ts';
import { onBlurredCopy } from './blurred-copy.ts';
import { circleOverlay, cutCircle } from './cut-circle.ts';
import { encodeGraphicWebp } from './encode-graphic-webp.ts';
import { encodeRoundPng } from './encode-round-png.ts';
import { toRejection } from './errors.ts';
import { spreadColours } from './hidden-colours.ts';
import type { Pixels } from './pixels.ts';
import { sharpened } from './sharpening.ts';
import { stamp, stampOverlay } from './watermark/stamp.ts';

type Step = (image: Sharp, plan: BackedPlan) => Sharp;

const positionsByContent: Partial<Record<Position, string>> = { attention: 'attention', entropy: 'entropy' };

/** For a crop by content, libvips finds the part to keep while it scales. */
const cropsByContent = ({ variant }: RenditionPlan) =>
  variant.fit === 'cover' && positionsByContent[variant.position] !== undefined;

const scaleToPlan: Step = (image, plan) =>
  cropsByContent(plan)
    ? fitToPlan(image, plan)
    : // The plan has exact sizes: `fill` distorts by at most half a pixel.
      image.resize(plan.whole.width, plan.whole.height, { fit: 'fill' });

const cropToPlan: Step = (image, plan) => {
  if (cropsByContent(plan) || !crops(plan)) return image;
  // It is relative to the planned size of the whole: the crop does not depend on the frame it is derived from.
  return image.extract(plan.crop);
};

const fitToPlan: Step = (image, { variant, crop: { width, height } }) =>
  image.resize(width, height, {
    fit: variant.fit === 'cover' ? 'cover' : 'fill',
    position: positionsByContent[variant.position] ?? 'centre',
  });

const flattenOnBackdrop: Step = (image, plan) =>
  showsBackdrop(plan) && !plan.isBlurred && plan.backdrop !== 'transparent'
    ? image.flatten({ background: plan.backdrop })
    : image;

const padToPlan: Step = (image, plan) => {
  if (!pads(plan) || plan.isBlurred) return image;
  const { crop, inset, width, height, backdrop } = plan;
  const right = width - crop.width - inset.left;
  const bottom = height - crop.height - inset.top;
  const background = backdrop === 'transparent' ? { r: 0, g: 0, b: 0, alpha: 0 } : backdrop;
  return image.extend({ ...inset, right, bottom, background });
};

const isRound = ({ variant }: RenditionPlan) => variant.shape === 'circle';

const alphaForShape: Step = (image, plan) => (isRound(plan) ? image.ensureAlpha() : image);

const flattenIfOpaque: Step = (image, { variant, backdrop }) =>
  variant.format === 'jpeg' ? image.flatten({ background: backdrop }) : image;

const encode: Step = (image, plan) => image.toFormat(plan.variant.format, encoderOptions(plan));

const cutting = [scaleToPlan, cropToPlan, flattenOnBackdrop] satisfies Step[];
const framing = [padToPlan, alphaForShape] satisfies Step[];
const encoding = [flattenIfOpaque, encode] satisfies Step[];
// libvips cannot extract from the frames of an animation, but it fits each of them.
const animating = [fitToPlan, flattenOnBackdrop, padToPlan, alphaForShape] satisfies Step[];

/** The pixels of a rendition. */
export async function shapeFrame(image: Sharp, plan: BackedPlan): Promise<Pixels> {
  const cut = take(cutting, image, plan);
  // Before the padding: the edge of the picture is not sharpened.
  const picture = plan.sharpens ? fromPixels(await sharpened(await pixelsOf(cut))) : cut;
  const backed = plan.isBlurred ? fromPixels(await onBlurredCopy(await pixelsOf(picture), plan)) : picture;
  const pixels = await pixelsOf(take(framing, backed, plan));
  if (plan.mark) await stamp(pixels, plan.mark);
  // Scaling makes clear pixels black.
  spreadColours(pixels);
  // libvips would composite in floating point, which costs as much CPU as the scaling.
  if (isRound(plan)) cutCircle(pixels);
  return pixels;
}

const fromPixels = ({ data, raw }: Pixels) => sharp(data, { raw });

async function pixelsOf(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data, raw: { width: info.width, height: info.height, channels: info.channels } };
}

/** @param frame of these pixels, with the metadata to keep */
export function encodeFrame(frame: Sharp, pixels: Pixels, plan: BackedPlan): Promise<Buffer> {
  const { format } = plan.variant;
  if (format === 'png' && isRound(plan)) return encodeRoundPng(frame, pixels);
  if (format === 'webp' && plan.isGraphic) return encodeGraphicWebp(frame, encoderOptions(plan));
  return take(encoding, frame, plan).toBuffer();
}

/** @throws RejectedImageError `corrupt` if frames after the first are damaged */
export async function renderAnimation(image: Sharp, plan: BackedPlan): Promise<Buffer> {
  try {
    const frames = take(animating, image, plan).composite(await overlaysOf(plan));
    return await take(encoding, frames, plan).toBuffer();
  } catch (error) {
    throw toRejection(error);
  }
}

/** Over every frame: the mark, and then the circle, which cuts it too. The box of a circle is square, and therefore the plan is too. */
async function overlaysOf(plan: BackedPlan): Promise<OverlayOptions[]> {
  const mark = plan.mark && (await stampOverlay(plan.mark, plan.width, plan.height));
  return [...(mark ? [mark] : []), ...(isRound(plan) ? [circleOverlay(plan.width)] : [])];
}

const take = (steps: readonly Step[], image: Sharp, plan: BackedPlan): Sharp =>
  steps.reduce((made, step) => step(made, plan), image);

/** All options of an encoder: the same pixels with the same options give the same bytes. */
export function encoderOptions(plan: BackedPlan) {
  const { format, quality } = plan.variant;
  return {
    ...encoderSettings[format],
    ...(plan.isGraphic && graphicSettings[format]),
    ...(plan.ofTinySource && tinySource.settings[format]),
    // With a quality, sharp would reduce a png to a palette.
    ...(format !== 'png' && { quality }),
    ...settingsOfSize(plan.variant, plan),
  };
}
