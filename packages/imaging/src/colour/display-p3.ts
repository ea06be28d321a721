import sharp, { type Sharp } from 'sharp';
import type { Pixels } from '../pixels.ts';
import { gamutMatrix, p3Gamut, srgbGamut } from './gamut.ts';
import { profiledTiff } from './profiled-tiff.ts';
import { srgb, toStoredSrgb } from './transfer.ts';

/** An image of Display P3 pixels whose encoder embeds the profile and converts nothing. */
export async function p3Image({ data, raw }: Pixels): Promise<Sharp> {
  return sharp(profiledTiff({ data, raw }, await p3Profile()), { limitInputPixels: false }).keepIccProfile();
}

let profile: Promise<Buffer> | undefined;

/** libvips' own, of 480 bytes. */
function p3Profile(): Promise<Buffer> {
  profile ??= sharp({ create: { width: 1, height: 1, channels: 3, background: '#000000' } })
    .withIccProfile('p3')
    .png()
    .toBuffer()
    .then((png) => sharp(png).metadata())
    .then(({ icc = Buffer.of() }) => icc);
  return profile;
}

const toP3 = gamutMatrix(srgbGamut, p3Gamut);

/** The Display P3 levels of an sRGB colour, both as #rrggbb. */
export function hexInP3(hex: string): string {
  const light = [1, 3, 5].map((at) => srgb.toLinear(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
  const levels = toP3.map((row) => row.reduce((sum, factor, index) => sum + factor * (light[index] ?? 0), 0));
  return `#${levels
    .map((level) =>
      Math.round(255 * toStoredSrgb(level))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
