import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { colourDifference, fractions, toSrgb } from './test-support/colour-difference.ts';
import { fromPixels, plainPicture, type Rgb } from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne } from './test-support/render.ts';

const warm: Rgb = [200, 100, 50];
const colours: Rgb[] = [warm, [40, 90, 160], [90, 140, 70], [128, 128, 128], [250, 245, 240], [12, 10, 14]];

async function centreOf(source: Sharp | Buffer): Promise<Rgb> {
  const bytes = Buffer.isBuffer(source) ? source : await source.toBuffer();
  const pixels = await pixelReader((await renderOne(bytes)).data);
  return pixels.rgb(pixels.width >> 1, pixels.height >> 1);
}

describe('every pixel format is rendered as 8-bit sRGB', () => {
  const grey = (value: number) => fromPixels(80, 60, 1, () => [value]);
  const kinds: [string, () => Sharp, Rgb][] = [
    ['grey PNG', () => grey(77).png(), [77, 77, 77]],
    ['grey JPEG', () => grey(77).toColourspace('b-w').jpeg(), [77, 77, 77]],
    [
      'grey PNG with alpha',
      () =>
        fromPixels(80, 60, 2, () => [77, 255])
          .toColourspace('b-w')
          .png(),
      [77, 77, 77],
    ],
    ['grey PNG of 16 bits', () => grey(77).toColourspace('grey16').png(), [77, 77, 77]],
    ['palette PNG', () => plainPicture(80, 60, warm).png({ palette: true }), warm],
    ['palette GIF', () => plainPicture(80, 60, warm).gif(), warm],
    ['PNG of 16 bits', () => plainPicture(80, 60, warm).toColourspace('rgb16').png(), warm],
    ['PNG of 16 bits with alpha', () => plainPicture(80, 60, warm, 1).toColourspace('rgb16').png(), warm],
    ['progressive JPEG', () => plainPicture(80, 60, warm).jpeg({ progressive: true, quality: 95 }), warm],
    ['interlaced PNG', () => plainPicture(80, 60, warm).png({ progressive: true }), warm],
    ['AVIF', () => plainPicture(80, 60, warm).avif({ quality: 90, effort: 0 }), warm],
    ['AVIF of 10 bits', () => plainPicture(80, 60, warm).avif({ quality: 90, effort: 0, bitdepth: 10 }), warm],
    ['TIFF', () => plainPicture(80, 60, warm).tiff({ compression: 'lzw' }), warm],
    ['TIFF of 16 bits', () => plainPicture(80, 60, warm).toColourspace('rgb16').tiff({ compression: 'deflate' }), warm],
  ];

  test.each(kinds)('%s', async (_kind, source, expected) => {
    const { data } = await renderOne(await source().toBuffer());
    const { space, depth, channels } = await metadataOf(data);
    expect({ space, depth }).toEqual({ space: 'srgb', depth: 'uchar' });
    expect(channels).toBeGreaterThanOrEqual(3);
    expect(colourDifference(await centreOf(source()), expected)).toBeLessThan(2);
  });
});

describe('a wide gamut is converted, with a ΔE 2000 of at most 2', () => {
  test.each(colours)('Display P3 of sRGB %i %i %i', async (...colour) => {
    const source = await plainPicture(80, 60, colour).withIccProfile('p3').png().toBuffer();
    expect((await metadataOf(source)).icc).toBeDefined();
    expect(colourDifference(await centreOf(source), colour)).toBeLessThan(2);
  });

  test.each(colours)('Display P3 values %i %i %i, by the definition of the space', async (...colour) => {
    // Copies the profile: the same values, declared as Display P3.
    const profiled = await plainPicture(80, 60, [1, 2, 3]).withIccProfile('p3').png().toBuffer();
    const source = await withProfileOf(profiled, plainPicture(80, 60, colour));
    expect(colourDifference(await centreOf(source), toSrgb('p3', fractions(colour)))).toBeLessThan(2);
  });

  test('a damaged profile is ignored, and the picture is rendered', async () => {
    const source = await plainPicture(80, 60, warm).withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
    source.fill(7, source.indexOf('ICC_PROFILE') + 14, source.indexOf('ICC_PROFILE') + 200);
    expect(colourDifference(await centreOf(source), warm)).toBeLessThan(12);
  });
});

describe('CMYK', () => {
  test('with a profile is converted with it', async () => {
    const source = plainPicture(80, 60, warm).withIccProfile('cmyk').toColourspace('cmyk').jpeg({ quality: 98 });
    expect(colourDifference(await centreOf(source), warm)).toBeLessThan(6);
  });

  test('without a profile keeps approximately its colours', async () => {
    const source = await plainPicture(80, 60, warm).toColourspace('cmyk').jpeg({ quality: 98 }).toBuffer();
    expect(await metadataOf(source)).toMatchObject({ space: 'cmyk', hasProfile: false });
    expect(colourDifference(await centreOf(source), warm)).toBeLessThan(8);
  });
});

/** Copies the iCCP chunk of one PNG into another. */
async function withProfileOf(profiled: Buffer, picture: Sharp): Promise<Buffer> {
  const plain = await picture.png().toBuffer();
  const at = profiled.indexOf('iCCP') - 4;
  const chunk = profiled.subarray(at, at + 12 + profiled.readUInt32BE(at));
  const afterHeader = 8 + 25;
  return Buffer.concat([plain.subarray(0, afterHeader), chunk, plain.subarray(afterHeader)]);
}
