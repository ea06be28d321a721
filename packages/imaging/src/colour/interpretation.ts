import type { SourceFacts } from '@imagemill/variants';
import sharp from 'sharp';
import { readJxlCodestream } from '../source/jxl/jxl-container.ts';
import { readJxlHeader } from '../source/jxl/jxl-header.ts';
import { readAvifColour } from './avif-colour.ts';
import { encodingOf, isSrgb } from './code-points.ts';
import type { Encoding } from './encoding.ts';
import { spansGamut, srgbGamut } from './gamut.ts';
import { readHeicColour } from './heic-colour.ts';
import { isSrgbProfile } from './is-srgb-profile.ts';
import { readPngColour } from './png-colour.ts';
import { gamma, srgb } from './transfer.ts';

/** How to interpret a source's samples as colours. */
export type Interpretation =
  /** By libvips: sRGB, or an ICC profile, which it applies correctly for 8 bits per channel. */
  | { readonly by: 'libvips'; readonly narrowAlpha?: boolean }
  /** By an ICC profile that libvips would not apply: of more than 8 bits per channel, or of grey that is decoded to RGB. */
  | {
      readonly by: 'profile';
      readonly samples: DeepSamples;
      /** Narrow range: 16 to 235 in 8 bits. */
      readonly narrow?: boolean;
      readonly narrowAlpha?: boolean;
    }
  /** By other colour information of the file. */
  | {
      readonly by: 'encoding';
      readonly encoding: Encoding;
      readonly narrow?: boolean;
      readonly narrowAlpha?: boolean;
    };

/** libvips' names of 16-bit and float samples. */
type DeepSamples = 'rgb16' | 'grey16' | 'scrgb';

const plainSrgb: Encoding = { gamut: srgbGamut, transfer: srgb };
const byLibvips: Interpretation = { by: 'libvips' };
const byNumbers: Interpretation = { by: 'encoding', encoding: plainSrgb };

/**
 * Chooses the same interpretation as browsers. Reads only the colour information, and nothing of a usual JPEG, WebP or GIF.
 *
 * @throws libvips' error for an unreadable file
 */
export async function interpretationOf(bytes: Uint8Array, source: SourceFacts): Promise<Interpretation> {
  if (source.format === 'png') return ofPng(bytes, source);
  if (source.format === 'avif') return ofAvif(bytes, source);
  if (source.format === 'heic') return ofHeic(bytes, source);
  if (source.format === 'jxl') return ofJxl(bytes);
  return byProfile(bytes, source);
}

/** https://www.w3.org/TR/png-3/#color-chunk-precendence */
async function ofPng(bytes: Uint8Array, source: SourceFacts): Promise<Interpretation> {
  const png = readPngColour(bytes);
  const declared = png.codePoints && encodingOf(png.codePoints);
  // Code points of sRGB need no conversion, unless libvips would apply a profile instead.
  if (declared) return isSrgb(declared) && !png.hasProfile ? byLibvips : { by: 'encoding', encoding: declared };
  if (png.hasProfile) return byProfile(bytes, source);
  if (png.isSrgb || png.gamma === undefined) return byLibvips;
  const transfer = gamma(1 / png.gamma);
  // Browsers ignore chromaticities without a gamma, and a gamma with impossible chromaticities.
  if (png.chromaticities) {
    const { chromaticities } = png;
    return spansGamut(chromaticities) ? { by: 'encoding', encoding: { gamut: chromaticities, transfer } } : byLibvips;
  }
  return isUsualGamma(png.gamma) ? byLibvips : { by: 'encoding', encoding: { gamut: srgbGamut, transfer } };
}

/** Within libpng's tolerance of 1 / 2.2, the gamma that encoders write for sRGB. */
const isUsualGamma = (gamma: number) => Math.abs(gamma * 2.2 - 1) <= 0.05;

async function ofAvif(bytes: Uint8Array, source: SourceFacts): Promise<Interpretation> {
  const avif = readAvifColour(bytes);
  if (!avif) return byProfile(bytes, source);
  const { isGrey, narrowGrey, narrowAlpha } = avif;
  if (avif.hasProfile && !isGrey) return { ...(await byProfile(bytes, source)), narrowAlpha };
  const samples = avif.hasProfile && greySamplesOf(await profileOf(bytes));
  if (samples) return { by: 'profile', samples, narrow: narrowGrey, narrowAlpha };
  const declared = encodingOf(asInAvif(avif.codePoints)) ?? plainSrgb;
  if (isSrgb(declared) && !narrowGrey) return { by: 'libvips', narrowAlpha };
  return { by: 'encoding', encoding: declared, narrow: narrowGrey, narrowAlpha };
}

async function ofHeic(bytes: Uint8Array, source: SourceFacts): Promise<Interpretation> {
  const heic = readHeicColour(bytes);
  if (!heic?.codePoints || heic.hasProfile) return byProfile(bytes, source);
  const declared = encodingOf(asInAvif(heic.codePoints)) ?? plainSrgb;
  return isSrgb(declared) ? byLibvips : { by: 'encoding', encoding: declared };
}

/** As its header declares them. A profile, and the samples of the decoder, are known after the decode: `jxl-as-png.ts`. */
function ofJxl(bytes: Uint8Array): Interpretation {
  const codestream = readJxlCodestream(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const colour = codestream && readJxlHeader(codestream).colour;
  const declared = colour && colour !== 'profile' ? encodingOf(colour) : undefined;
  return !declared || isSrgb(declared) ? byLibvips : { by: 'encoding', encoding: declared };
}

const UNSPECIFIED = 2;
/** BT.709 and similar: cameras and video declare them for pictures that are meant for sRGB screens. */
const videoTransfers = [1, 6, 14, 15];

/** Browsers interpret these differently in AVIF and in PNG. */
function asInAvif({ primaries, transfer }: { primaries: number; transfer: number }) {
  return {
    primaries: primaries === UNSPECIFIED ? 1 : primaries,
    transfer: transfer === UNSPECIFIED || videoTransfers.includes(transfer) ? 13 : transfer,
  };
}

/**
 * libvips interprets all sources of 8 bits, except grey with a profile of RGB. With more bits, a profile is applied if it matches the
 * samples.
 */
async function byProfile(bytes: Uint8Array, { colourSpace }: SourceFacts): Promise<Interpretation> {
  const isGrey = colourSpace === 'b-w' || colourSpace === 'grey16';
  if (!isDeep(colourSpace) && !isGrey) return byLibvips;
  const icc = await profileOf(bytes);
  if (!icc) return byLibvips;
  if (isGrey && isProfileOf(icc, 'rgb16') && !isSrgbProfile(icc)) return { by: 'profile', samples: 'rgb16' };
  if (!isDeep(colourSpace)) return byLibvips;
  return isProfileOf(icc, colourSpace) ? { by: 'profile', samples: colourSpace } : byNumbers;
}

const profileOf = async (bytes: Uint8Array) => (await sharp(bytes, { limitInputPixels: false }).metadata()).icc;

/** libvips decodes grey AVIFs to RGB, to which it applies no profile of grey. Browsers apply profiles of grey and of RGB to them. */
const greySamplesOf = (icc: Buffer = Buffer.of()) =>
  (['grey16', 'rgb16'] as const).find((samples) => isProfileOf(icc, samples));

const isDeep = (space: string): space is DeepSamples => ['rgb16', 'grey16', 'scrgb'].includes(space);

/** libvips would replace an unsuitable profile with Display P3. https://www.color.org/specification/ICC.1-2022-05.pdf, 7.2 */
function isProfileOf(icc: Buffer, samples: DeepSamples): boolean {
  const space = icc.toString('latin1', 16, 20);
  return icc.toString('latin1', 36, 40) === 'acsp' && space === (samples === 'grey16' ? 'GRAY' : 'RGB ');
}
