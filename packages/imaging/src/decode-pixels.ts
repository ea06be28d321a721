import sharp from 'sharp';
import { dropOpaqueAlpha } from './drop-opaque-alpha.ts';
import { toRejection } from './errors.ts';
import type { ImageLimits } from './limits.ts';
import type { Pixels } from './pixels.ts';
import { decodeSize, type RenditionPlan } from './plan.ts';

/** @throws RejectedImageError `corrupt`, `timeout` */
export async function decodePixels(
  bytes: Uint8Array,
  plans: readonly RenditionPlan[],
  { pixelsMax, timeoutMs, failOn }: ImageLimits,
): Promise<Pixels> {
  const { width, height } = decodeSize(plans);
  try {
    const { data, info } = await sharp(bytes, { autoOrient: true, failOn, limitInputPixels: pixelsMax })
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
