import { encoderSettings, type SourceFacts, type Variant } from '@imagemill/variants';
import type { Sharp } from 'sharp';
import { circleMask } from './circle-mask.ts';
import { toRejection } from './errors.ts';
import type { ImageLimits } from './limits.ts';
import type { RenditionPlan } from './plan.ts';

type Step = (image: Sharp, plan: RenditionPlan) => Sharp;

const fitToPlan: Step = (image, { variant, width, height }) =>
  // The plan has the exact size, so `fill` does not distort: at most it moves an edge by half a pixel.
  image.resize(width, height, { fit: variant.fit === 'cover' ? 'cover' : 'fill', position: variant.position });

const cutToShape: Step = (image, { variant, width, height }) =>
  variant.shape === 'circle' ? image.ensureAlpha().composite([circleMask(width, height)]) : image;

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

const steps = [fitToPlan, cutToShape, flattenIfOpaque, encode] satisfies Step[];

/** @throws RejectedImageError `timeout`; `corrupt` for an animation whose later frames are damaged */
export async function renderVariant(image: Sharp, plan: RenditionPlan, { timeoutMs }: ImageLimits): Promise<Buffer> {
  try {
    const timed = image.timeout({ seconds: Math.ceil(timeoutMs / 1000) });
    return await steps.reduce((made, step) => step(made, plan), timed).toBuffer();
  } catch (error) {
    throw toRejection(error);
  }
}

/** Two plans with the same key come out with the same bytes; small sources have many. */
export function sameBytesKey({ variant, width, height }: RenditionPlan, source: SourceFacts): string {
  const { name: _name, width: _boxWidth, height: _boxHeight, position, fit, ...settings } = variant;
  const crops = fit === 'cover' && width * source.height !== height * source.width;
  return JSON.stringify([width, height, crops && position, settings]);
}
