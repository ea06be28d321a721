import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { asNarrowRange, avifFile, codedAlpha, codedColour } from './test-support/avif.ts';
import { colourDifference, toSrgb } from './test-support/colour-difference.ts';
import { segment } from './test-support/jpeg-parts.ts';
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
const avifWithAlpha = async (bits: 8 | 10 | 12, profile: Buffer) => {
  const opaque = await codedColour(patchesPng(samples(16), 16), bits);
  return avifFile({ colour: opaque, alpha: await codedAlpha(patchesPng(samples(8, 0.6), 8), bits), profile });
};
/** The same in another format, without a conversion. */
const as = (format: 'jpeg' | 'webp', profile: Buffer, ...alpha: number[]) =>
  sharp(png(8, profile, ...alpha))
    .keepIccProfile()
    .toFormat(format, { quality: 100, lossless: true, chromaSubsampling: '4:4:4' })
    .toBuffer();
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
  'AVIF of 8 bits with alpha': (profile) => avifWithAlpha(8, profile),
  'AVIF of 10 bits with alpha': (profile) => avifWithAlpha(10, profile),
  'AVIF of 12 bits with alpha': (profile) => avifWithAlpha(12, profile),
  JPEG: (profile) => as('jpeg', profile),
  WebP: (profile) => as('webp', profile),
  'WebP with alpha': (profile) => as('webp', profile, 0.6),
};

const tiffs = {
  'TIFF of 8 bits': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 8, samples: colour.map(inBits(8)) }, {}, profile),
  'TIFF of 16 bits': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 16, samples: colour.map(inBits(16)) }, {}, profile),
  'TIFF of 8 bits with alpha': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 8, samples: [...colour, 0.6].map(inBits(8)) }, {}, profile),
  'TIFF of 16 bits with alpha': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 16, samples: [...colour, 0.6].map(inBits(16)) }, {}, profile),
  'float TIFF': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 32, sampleFormat: 3, samples: colour }, {}, profile),
  'float TIFF with alpha': (profile: Buffer, colour: readonly number[]) =>
    plainTiff(8, 8, { photometric: 2, bits: 32, sampleFormat: 3, samples: [...colour, 0.6] }, {}, profile),
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

describe.each([
  ['prophoto-linear', 1.8],
  ['srgb-linear', 1],
] as const)('a profile of RGB, %s, is applied to a grey', (space, gamma) => {
  const levels = [0, 26, 64, 128, 230, 255];
  const profile = rgbProfile(space);
  const expected = (level: number) => {
    const light = (level / 255) ** gamma;
    return toSrgb('srgb-linear', [light, light, light]);
  };

  test('JPEG', async () => {
    const grey = patchesPng(
      levels.map((level) => [level]),
      8,
    );
    const jpeg = await sharp(grey).toColourspace('b-w').jpeg({ quality: 100 }).toBuffer();
    const block = segment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]));
    const colourOf = await patch(Buffer.concat([jpeg.subarray(0, 2), block, jpeg.subarray(2)]), levels.length);
    for (const [index, level] of levels.entries()) {
      expect(colourDifference(colourOf(index), expected(level)), `${level}`).toBeLessThan(2);
    }
  });

  test.each([8, 16] as const)('TIFF of %i bits, with and without alpha', async (bits) => {
    for (const level of levels) {
      for (const alpha of [[], [0.6]]) {
        const samples = [level / 255, ...alpha].map(inBits(bits));
        const file = plainTiff(8, 8, { photometric: 1, bits, samples }, {}, profile);
        expect(colourDifference((await patch(file, 1))(0), expected(level)), `${level}`).toBeLessThan(2);
      }
    }
  });
});

/** Stored levels of 8 bits, and what they are between black and white. */
const ranges = {
  full: { levels: [0, 26, 64, 128, 230, 255], shareOf: (level: number) => level / 255 },
  narrow: { levels: [16, 38, 71, 126, 213, 235], shareOf: (level: number) => (level - 16) / 219 },
} as const;

describe.each(['full', 'narrow'] as const)('in a monochrome AVIF of %s range, it applies a', (range) => {
  const { levels, shareOf } = ranges[range];

  test.each([
    ['grey profile', greyProfile(1.8), 1.8],
    ['grey profile of linear light', greyProfile(1), 1],
    ['profile of RGB', rgbProfile('prophoto-linear'), 1.8],
    ['profile of RGB of linear light', rgbProfile('srgb-linear'), 1],
  ])('%s, of 8, 10 and 12 bits, with and without alpha', async (_which, profile, gamma) => {
    const expected = levels.map((level) => {
      const light = shareOf(level) ** gamma;
      return toSrgb('srgb-linear', [light, light, light]);
    });
    for (const bits of [8, 10, 12] as const) {
      const channel = (values: readonly number[]) =>
        codedAlpha(
          patchesPng(
            values.map((value) => [0, 0, 0, value]),
            8,
          ),
          bits,
        );
      const grey = await channel(levels);
      const colour = range === 'narrow' ? asNarrowRange(grey) : grey;
      for (const alpha of [undefined, await channel(levels.map(() => 150))]) {
        const colourOf = await patch(avifFile({ colour, profile, ...(alpha && { alpha }) }), levels.length);
        for (const [index, level] of levels.entries()) {
          const what = `${bits} bits, ${level}, alpha: ${alpha !== undefined}`;
          expect(colourDifference(colourOf(index), expected[index] ?? [0, 0, 0]), what).toBeLessThan(2);
        }
      }
    }
  });

  test('no damaged profile: its code points apply', async () => {
    const grey = await codedAlpha(
      patchesPng(
        levels.map((level) => [0, 0, 0, level]),
        8,
      ),
    );
    const colour = range === 'narrow' ? asNarrowRange(grey) : grey;
    const colourOf = await patch(avifFile({ colour, profile: Buffer.alloc(200, 7) }), levels.length);
    for (const [index, level] of levels.entries()) {
      const shown = Math.round(255 * shareOf(level));
      expect(colourDifference(colourOf(index), [shown, shown, shown]), `${level}`).toBeLessThan(1);
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
