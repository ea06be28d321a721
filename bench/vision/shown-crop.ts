import type { Area, Size } from '@imagemill/variants';
import sharp from 'sharp';

/** The part of a picture that a rendition shows, and the size of the whole picture at its scale, in pixels. */
export interface ShownCrop {
  readonly crop: Area;
  readonly whole: Size;
}

/** The crop that libvips chooses. */
export async function cropOfAttention(bytes: Buffer, { width, height }: Size): Promise<ShownCrop> {
  const upright = await sharp(bytes).autoOrient().toBuffer({ resolveWithObject: true });
  const { info } = await sharp(upright.data)
    .resize(width, height, { fit: 'cover', position: 'attention' })
    .toBuffer({ resolveWithObject: true });
  const factor = Math.max(width / upright.info.width, height / upright.info.height);
  const whole = {
    width: Math.round(upright.info.width * factor),
    height: Math.round(upright.info.height * factor),
  };
  // The offsets are those of the picture behind the crop.
  return { whole, crop: { left: -(info.cropOffsetLeft ?? 0), top: -(info.cropOffsetTop ?? 0), width, height } };
}
