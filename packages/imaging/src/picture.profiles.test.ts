import { describe, expect, test } from 'vitest';
import { avifFile, codedColour } from './test-support/avif.ts';
import { colourDifference, toSrgb } from './test-support/colour-difference.ts';
import type { Rgb } from './test-support/pictures.ts';
import { iccp, PATCH, patchesPng } from './test-support/png.ts';
import { greyProfile, type RgbSpaceName, rgbProfile, rgbSpaces } from './test-support/profiles.ts';
import { metadataOf, pixelReader, renderOne } from './test-support/render.ts';
import { plainTiff } from './test-support/tiff.ts';

type Fractions = readonly [number, number, number];

/** Stored values, 0 to 1: colours that are inside sRGB in every space, and a green that is outside in all. */
const colours: Fractions[] = [
  [0.78, 0.39, 0.2],
  [0.16, 0.35, 0.63],
  [0.5, 0.5, 0.5],
  [1, 1, 1],
  [0.9, 0.47, 0.16],
  [0.2, 0.95, 0.25],
];

const inBits = (bits: number) => (value: number) => Math.round(value * (2 ** bits - 1));
const samples = (bits: number, ...alpha: number[]) => colours.map((colour) => [...colour, ...alpha].map(inBits(bits)));
const avif = async (bits: 8 | 10 | 12, profile: Buffer) =>
  avifFile({ colour: await codedColour(patchesPng(samples(16), 16), bits), profile });
const png = (bits: 8 | 16, profile: Buffer, ...alpha: number[]) =>
  patchesPng(samples(bits, ...alpha), bits, [iccp(profile)]);

const inOneFile: Record<string, (profile: Buffer) => Buffer | Promise<Buffer>> = {
  'PNG of 8 bits': (profile) => png(8, profile),
  'PNG of 16 bits': (profile) => png(16, profile),
  'PNG of 8 bits with alpha': (profile) => png(8, profile, 0.6),
  'PNG of 16 bits with alpha': (profile) => png(16, profile, 0.6),
  'AVIF of 8 bits': (profile) => avif(8, profile),
  'AVIF of 10 bits': (profile) => avif(10, profile),
  'AVIF of 12 bits': (profile) => avif(12, profile),
};

const tiffs = {
  'TIFF of 8 bits': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 8, samples: colour.map(inBits(8)) }, {}, profile),
  'TIFF of 16 bits': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 16, samples: colour.map(inBits(16)) }, {}, profile),
  'float TIFF': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 32, sampleFormat: 3, samples: colour }, {}, profile),
  'float TIFF with alpha': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 32, sampleFormat: 3, samples: [...colour, 1] }, {}, profile),
};

/** By the definitions of the space and of sRGB. */
function inSrgb(space: RgbSpaceName, [red, green, blue]: Fractions): Rgb {
  const { gamma } = rgbSpaces[space];
  return toSrgb(space, [red ** gamma, green ** gamma, blue ** gamma]);
}

const patch = async (bytes: Buffer, count: number) => {
  const pixels = await pixelReader((await renderOne(bytes, { width: count * PATCH })).data);
  return (index: number) => pixels.rgb(index * PATCH + PATCH / 2, PATCH / 2);
};

describe.each(Object.keys(rgbSpaces) as RgbSpaceName[])('a profile of %s is applied to a', (space) => {
  test.each(Object.entries(inOneFile))('%s', async (_format, file) => {
    const colourOf = await patch(await file(rgbProfile(space)), colours.length);
    for (const [index, colour] of colours.entries()) {
      expect(colourDifference(colourOf(index), inSrgb(space, colour)), `${colour}`).toBeLessThan(2);
    }
  });

  test.each(Object.entries(tiffs))('%s', async (_format, file) => {
    for (const colour of colours) {
      const colourOf = await patch(file(rgbProfile(space), colour), 1);
      expect(colourDifference(colourOf(0), inSrgb(space, colour)), `${colour}`).toBeLessThan(2);
    }
  });
});

describe.each([1, 1.8])('a grey profile of gamma %d is applied to a', (gamma) => {
  const levels = [0, 0.1, 0.25, 0.5, 0.9, 1];
  const grey = (level: number) => inSrgb('srgb-linear', [level ** gamma, level ** gamma, level ** gamma]);

  test.each([
    ['PNG of 8 bits', 8, []],
    ['PNG of 16 bits', 16, []],
    ['PNG of 16 bits with alpha', 16, [0.6]],
  ] as const)('%s', async (_format, bits, alpha) => {
    const patches = levels.map((level) => [level, ...alpha].map(inBits(bits)));
    const colourOf = await patch(patchesPng(patches, bits, [iccp(greyProfile(gamma))]), levels.length);
    for (const [index, level] of levels.entries()) {
      expect(colourDifference(colourOf(index), grey(level)), `${level}`).toBeLessThan(2);
    }
  });

  test.each([8, 16] as const)('TIFF of %i bits', async (bits) => {
    for (const level of levels) {
      const file = plainTiff(8, 8, { photometric: 1, bits, samples: [inBits(bits)(level)] }, {}, greyProfile(gamma));
      expect(colourDifference((await patch(file, 1))(0), grey(level)), `${level}`).toBeLessThan(2);
    }
  });
});

describe('16-bit values do not change if their profile is', () => {
  const grey = [77, 200].map((level) => [level]);
  const rgb = [
    [200, 100, 50],
    [40, 90, 160],
  ];

  test.each([
    ['damaged, for grey', grey, Buffer.alloc(200, 7)],
    ['damaged, for RGB', rgb, Buffer.alloc(200, 7)],
    ['truncated', rgb, rgbProfile('p3-linear').subarray(0, 200)],
    ['for RGB, in a grey picture', grey, rgbProfile('p3-linear')],
    ['for grey, in an RGB picture', rgb, greyProfile(1)],
  ])('%s', async (_case, patches, profile) => {
    const deep = patches.map((samples) => samples.map((sample) => sample * 257));
    const colourOf = await patch(patchesPng(deep, 16, [iccp(profile)]), 2);
    for (const [index, [red = 0, green = red, blue = red]] of patches.entries()) {
      expect(colourOf(index)).toEqual([red, green, blue]);
    }
  });
});

test('a rendition of a 16-bit source with a profile has 8 bits and no profile', async () => {
  const { data } = await renderOne(png(16, rgbProfile('prophoto-linear')));
  expect(await metadataOf(data)).toMatchObject({ depth: 'uchar', space: 'srgb', hasProfile: false });
});

test('a 16-bit source with a profile can be scaled down', async () => {
  const source = png(16, rgbProfile('p3-linear'));
  const pixels = await pixelReader((await renderOne(source, { width: 2 * colours.length })).data);
  expect([pixels.width, pixels.height]).toEqual([2 * colours.length, 2]);
});
