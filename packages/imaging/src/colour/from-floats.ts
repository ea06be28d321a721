import sharp, { type Sharp } from 'sharp';
import { profiledTiff } from './profiled-tiff.ts';

/**
 * Converts a float picture to 16 bits per channel, and keeps its profile. libvips treats floats as linear light and can't
 * apply a profile to them. Values are clamped to 0 to 1, the range of a profile.
 *
 * @param image the picture before any colour conversion
 */
export async function fromFloats(bytes: Uint8Array, image: Sharp): Promise<Sharp> {
  const { icc = Buffer.of() } = await sharp(bytes, { limitInputPixels: false }).metadata();
  const { data, info } = await image
    .toColourspace('scrgb')
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  const floats = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const samples = Uint16Array.from(floats, (value) => Math.round(65_535 * Math.min(1, Math.max(0, value))));
  const { width, height, channels } = info;
  const file = profiledTiff({ data: samples, raw: { width, height, channels } }, icc);
  return sharp(file, { ignoreIcc: true, limitInputPixels: false });
}
