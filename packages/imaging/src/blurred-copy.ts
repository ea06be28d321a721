import sharp from 'sharp';
import type { BackedPlan } from './backdrop.ts';
import { drawOver } from './draw-over.ts';
import type { Pixels } from './pixels.ts';

/** The longer side of the copy while it is blurred, in pixels: a blur of the whole rendition would take seconds. */
const BLUR_SIDE = 64;
/** σ of the blur, as a share of the rendition's longer side. */
const BLUR_SHARE = 0.04;
/** sharp's least. */
const SIGMA_MIN = 0.3;

/**
 * A picture on a copy of itself that covers the rendition, cropped at its centre, and blurred. It is opaque: the copy is on the
 * backdrop. docs/variants.md has the arithmetic.
 */
export async function onBlurredCopy(picture: Pixels, plan: BackedPlan): Promise<Pixels> {
  const { data, raw } = picture;
  const { width, height, crop, inset } = plan;
  if (raw.channels === 3 && raw.width === width && raw.height === height) return picture;
  const factor = Math.min(1, BLUR_SIDE / Math.max(width, height));
  const small = { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
  const blurred = await sharp(data, { raw })
    .flatten({ background: plan.backdrop })
    .resize(small.width, small.height, { fit: 'cover' })
    // With sharp's defaults, plain colours change by two levels, and the Gaussian ends at 20 % of its height.
    .blur({
      sigma: Math.max(SIGMA_MIN, BLUR_SHARE * Math.max(small.width, small.height)),
      precision: 'float',
      minAmplitude: 0.01,
    })
    .raw()
    .toBuffer();
  const copy = await sharp(blurred, { raw: { ...small, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  const made: Pixels = { data: copy, raw: { width, height, channels: 3 } };
  if (raw.channels === 4) drawOver(made, data, { ...crop, ...inset });
  else copyRows(picture, made, inset);
  return made;
}

function copyRows({ data, raw }: Pixels, to: Pixels, { left, top }: Pick<BackedPlan['crop'], 'left' | 'top'>): void {
  const row = raw.width * 3;
  for (let y = 0; y < raw.height; y++)
    data.copy(to.data, ((top + y) * to.raw.width + left) * 3, y * row, (y + 1) * row);
}
