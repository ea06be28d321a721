import sharp from 'sharp';
import { dropOpaqueAlpha } from './drop-opaque-alpha.ts';
import { toRejection } from './errors.ts';
import type { ImageLimits } from './limits.ts';
import type { Pixels } from './pixels.ts';
import { decodeSize, type RenditionPlan, type Size } from './plan.ts';
import type { ReadableSource } from './source/readable-source.ts';

/**
 * @param upright the source's size in pixels
 * @throws RejectedImageError `corrupt`, `timeout`
 */
export async function decodePixels(
  source: ReadableSource,
  upright: Size,
  plans: readonly RenditionPlan[],
  { pixelsMax, timeoutMs, failOn }: ImageLimits,
): Promise<Pixels> {
  const { width, height } = decodeSize(plans);
  try {
    const image = sharp(source.bytes, { autoOrient: true, failOn, limitInputPixels: pixelsMax });
    // An extract before the resize is what keeps sharp from shrinking on load.
    if (!source.canShrinkOnLoad) image.extract({ left: 0, top: 0, width: upright.width, height: upright.height });
    const { data, info } = await image
      .timeout({ seconds: Math.ceil(timeoutMs / 1000) })
      .resize(width, height, { fit: 'fill' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return await dropOpaqueAlpha({ data, raw: { width: info.width, height: info.height, channels: info.channels } });
  } catch (error) {
    throw toRejection(error);
  }
}
