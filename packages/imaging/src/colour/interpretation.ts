import type { SourceFacts } from '@imagemill/variants';
import sharp from 'sharp';
import { readAvifColour } from './avif-colour.ts';
import { encodingOf, isSrgb } from './code-points.ts';
import type { Encoding } from './encoding.ts';
import { spansGamut, srgbGamut } from './gamut.ts';
import { readPngColour } from './png-colour.ts';
import { gamma, srgb } from './transfer.ts';

/** How a source's numbers become colours. */
export type Interpretation =
  /** As libvips reads them: sRGB, or by an ICC profile, which is right for 8 bits a channel. */
  | { readonly by: 'libvips'; readonly narrowAlpha?: boolean }
  /** By the ICC profile of a source with more than 8 bits a channel. */
  | { readonly by: 'profile'; readonly samples: DeepSamples; readonly narrowAlpha?: boolean }
  /** By what the file says in other words. */
  | {
      readonly by: 'encoding';
      readonly encoding: Encoding;
      /** Its numbers go from 16 to 235 of 8 bits. */
      readonly narrow?: boolean;
      readonly narrowAlpha?: boolean;
    };

/** libvips' names of numbers of 16 bits, and of floats. */
export type DeepSamples = 'rgb16' | 'grey16' | 'scrgb';

const plainSrgb: Encoding = { gamut: srgbGamut, transfer: srgb };
const byLibvips: Interpretation = { by: 'libvips' };
const byNumbers: Interpretation = { by: 'encoding', encoding: plainSrgb };

/**
 * What a browser goes by. Reads only the few bytes that say it, and those of no ordinary JPEG, WebP or GIF.
 *
 * @throws what libvips throws for a file that it can't read
 */
export async function interpretationOf(bytes: Uint8Array, source: SourceFacts): Promise<Interpretation> {
  if (source.format === 'png') return ofPng(bytes, source);
  if (source.format === 'avif') return ofAvif(bytes, source);
  return byProfile(bytes, source);
}

/** https://www.w3.org/TR/png-3/#color-chunk-precendence */
async function ofPng(bytes: Uint8Array, source: SourceFacts): Promise<Interpretation> {
  const png = readPngColour(bytes);
  const told = png.codePoints && encodingOf(png.codePoints);
  // Numbers that are sRGB already are left alone, unless a profile says something else of them.
  if (told) return isSrgb(told) && !png.hasProfile ? byLibvips : { by: 'encoding', encoding: told };
  if (png.hasProfile) return byProfile(bytes, source);
  if (png.isSrgb || png.gamma === undefined) return byLibvips;
  const transfer = gamma(1 / png.gamma);
  // Browsers leave chromaticities out that come without a gamma, and a gamma that comes with impossible ones.
  if (png.chromaticities) {
    const { chromaticities } = png;
    return spansGamut(chromaticities) ? { by: 'encoding', encoding: { gamut: chromaticities, transfer } } : byLibvips;
  }
  return isUsualGamma(png.gamma) ? byLibvips : { by: 'encoding', encoding: { gamut: srgbGamut, transfer } };
}

/** As near to 1 / 2.2 as libpng takes it for the same; it is what writers say who mean sRGB. */
const isUsualGamma = (gamma: number) => Math.abs(gamma * 2.2 - 1) <= 0.05;

async function ofAvif(bytes: Uint8Array, source: SourceFacts): Promise<Interpretation> {
  const avif = readAvifColour(bytes);
  if (!avif) return byProfile(bytes, source);
  const { narrowGrey, narrowAlpha } = avif;
  if (avif.hasProfile && !narrowGrey) return { ...(await byProfile(bytes, source)), narrowAlpha };
  const told = encodingOf(asInAvif(avif.codePoints)) ?? plainSrgb;
  if (isSrgb(told) && !narrowGrey) return { by: 'libvips', narrowAlpha };
  return { by: 'encoding', encoding: told, narrow: narrowGrey, narrowAlpha };
}

const UNSPECIFIED = 2;
/** BT.709 and the like: what cameras and video say of pictures that are meant for the same screens as sRGB. */
const videoTransfers = [1, 6, 14, 15];

/** Browsers read these differently in AVIF and in PNG. */
function asInAvif({ primaries, transfer }: { primaries: number; transfer: number }) {
  return {
    primaries: primaries === UNSPECIFIED ? 1 : primaries,
    transfer: transfer === UNSPECIFIED || videoTransfers.includes(transfer) ? 13 : transfer,
  };
}

/** 8 bits are left to libvips whatever they say; of more, only what this can be converted by. */
async function byProfile(bytes: Uint8Array, { colourSpace }: SourceFacts): Promise<Interpretation> {
  if (!isDeep(colourSpace)) return byLibvips;
  const { icc } = await sharp(bytes, { limitInputPixels: false }).metadata();
  if (!icc) return byLibvips;
  return isProfileOf(icc, colourSpace) ? { by: 'profile', samples: colourSpace } : byNumbers;
}

const isDeep = (space: string): space is DeepSamples => ['rgb16', 'grey16', 'scrgb'].includes(space);

/** Instead of one that it can't take, libvips would take Display P3. https://www.color.org/specification/ICC.1-2022-05.pdf, 7.2 */
function isProfileOf(icc: Buffer, samples: DeepSamples): boolean {
  const space = icc.toString('latin1', 16, 20);
  return icc.toString('latin1', 36, 40) === 'acsp' && space === (samples === 'grey16' ? 'GRAY' : 'RGB ');
}
