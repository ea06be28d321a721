import sharp, { type Sharp } from 'sharp';
import type { RgbPixels } from '../frontier/ssimulacra2.ts';

export type Change = (pixels: RgbPixels) => Promise<RgbPixels>;

export const same: Change = async (pixels) => pixels;

/** A change that libvips makes. */
export const byVips =
  (change: (picture: Sharp) => Sharp): Change =>
  async (pixels) =>
    pixelsOf(change(opened(pixels)));

export const blurred = (sigma: number) => byVips((picture) => picture.blur(sigma));

export const compressed =
  (quality: number): Change =>
  async (pixels) =>
    pixelsOf(sharp(await opened(pixels).jpeg({ quality }).toBuffer()));

/** Gaussian noise, the same in every run. */
export const noisy =
  (sigma: number): Change =>
  async ({ data, ...size }) => {
    const random = generator();
    const noise = () => sigma * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    return { data: Buffer.from(Uint8ClampedArray.from(data, (value) => Math.round(value + noise()))), ...size };
  };

export const opened = ({ data, width, height }: RgbPixels) => sharp(data, { raw: { width, height, channels: 3 } });

export async function pixelsOf(picture: Sharp): Promise<RgbPixels> {
  const opaque = picture.flatten({ background: '#ffffff' }).toColourspace('srgb');
  const { data, info } = await opaque.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** The same numbers in every run, in (0, 1): https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
