import { encoderSettings, type Variant } from '@imagemill/variants';
import type { Sharp } from 'sharp';
import { circleMask } from './circle-mask.ts';
import type { Pixels } from './decode-pixels.ts';
import { toRejection, toTimeout } from './errors.ts';
import type { ImageLimits } from './limits.ts';
import type { RenditionPlan } from './plan.ts';

type Step = (image: Sharp, plan: RenditionPlan) => Sharp;

const fitToPlan: Step = (image, { variant, width, height }) =>
  // The plan has the exact size, so `fill` does not distort: at most it moves an edge by half a pixel.
  image.resize(width, height, { fit: variant.fit === 'cover' ? 'cover' : 'fill', position: variant.position });

// A circle's box is square, so its plan is.
const cutToShape: Step = (image, { variant, width }) =>
  variant.shape === 'circle' ? image.ensureAlpha().composite([circleMask(width)]) : image;

const flattenIfOpaque: Step = (image, { variant }) =>
  variant.format === 'jpeg' ? image.flatten({ background: variant.background }) : image;

const encode: Step = (image, { variant }) => encoders[variant.format](image, variant);

const encoders: Record<Variant['format'], (image: Sharp, variant: Variant) => Sharp> = {
  avif: (image, { quality, effort }) =>
    image.avif({ ...encoderSettings.avif, quality, ...(effort !== undefined && { effort }) }),
  webp: (image, { quality, effort }) =>
    image.webp({ ...encoderSettings.webp, quality, ...(effort !== undefined && { effort }) }),
  jpeg: (image, { quality }) => image.jpeg({ ...encoderSettings.jpeg, quality }),
  png: (image) => image.png({ ...encoderSettings.png }),
};

const shaping = [fitToPlan, cutToShape] satisfies Step[];
const encoding = [flattenIfOpaque, encode] satisfies Step[];
const allSteps = [...shaping, ...encoding] satisfies Step[];

/**
 * The pixels that a rendition shows.
 *
 * @throws RejectedImageError `timeout`
 */
export async function shapeFrame(image: Sharp, plan: RenditionPlan, limits: ImageLimits): Promise<Pixels> {
  const raw = take(shaping, image, plan, limits).raw({ depth: 'uchar' });
  const { data, info } = await translate(raw.toBuffer({ resolveWithObject: true }), toTimeout);
  return { data, raw: { width: info.width, height: info.height, channels: info.channels } };
}

/** @throws RejectedImageError `timeout` */
export function encodeFrame(frame: Sharp, plan: RenditionPlan, limits: ImageLimits): Promise<Buffer> {
  return translate(take(encoding, frame, plan, limits).toBuffer(), toTimeout);
}

/** @throws RejectedImageError `timeout`; `corrupt` when frames after the first are damaged */
export function renderAnimation(image: Sharp, plan: RenditionPlan, limits: ImageLimits): Promise<Buffer> {
  return translate(take(allSteps, image, plan, limits).toBuffer(), toRejection);
}

function take(steps: readonly Step[], image: Sharp, plan: RenditionPlan, { timeoutMs }: ImageLimits): Sharp {
  const timed = image.timeout({ seconds: Math.ceil(timeoutMs / 1000) });
  return steps.reduce((made, step) => step(made, plan), timed);
}

async function translate<T>(made: Promise<T>, translation: (error: unknown) => unknown): Promise<T> {
  try {
    return await made;
  } catch (error) {
    throw translation(error);
  }
}
