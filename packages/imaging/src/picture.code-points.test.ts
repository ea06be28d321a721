import { describe, expect, test } from 'vitest';
import { asNarrowRange, avifFile, codedAlpha, codedColour } from './test-support/avif.ts';
import { type LinearSpace, toSrgb } from './test-support/colour-difference.ts';
import { expectColours, patchColours } from './test-support/patches.ts';
import type { Rgb } from './test-support/pictures.ts';
import { chrm, cicp, gama, iccp, patchesPng, pngChunk, srgbChunk } from './test-support/png.ts';
import { rgbProfile } from './test-support/profiles.ts';

const colours: Rgb[] = [
  [230, 120, 40],
  [40, 120, 230],
  [110, 170, 90],
  [128, 128, 128],
  [255, 255, 255],
  [40, 230, 60],
];
const deep = colours.map((colour) => colour.map((level) => level * 257));

const coloursIn = (bytes: Buffer, count = colours.length) => patchColours(bytes, count);

/** The stored values, interpreted in this space with this curve, as sRGB. */
const inSrgb = (space: LinearSpace, curve: (stored: number) => number) =>
  colours.map((colour) => toSrgb(space, colour.map((level) => curve(level / 255)) as never));

const srgbCurve = (stored: number) => (stored > 0.04045 ? ((stored + 0.055) / 1.055) ** 2.4 : stored / 12.92);
const power = (exponent: number) => (stored: number) => stored ** exponent;
const asStored = inSrgb('srgb-linear', srgbCurve);

const spaces: [name: string, primaries: number, transfer: number, expected: Rgb[]][] = [
  ['sRGB', 1, 13, asStored],
  ['Display P3', 12, 13, inSrgb('p3-linear', srgbCurve)],
  ['BT.2020 with the curve of sRGB', 9, 13, inSrgb('rec2020-linear', srgbCurve)],
  ['linear light', 1, 8, inSrgb('srgb-linear', power(1))],
  ['linear light of P3', 12, 8, inSrgb('p3-linear', power(1))],
  ['a gamma of 2.2', 1, 4, inSrgb('srgb-linear', power(2.2))],
  ['a gamma of 2.8', 1, 5, inSrgb('srgb-linear', power(2.8))],
];

describe('code points define the colours:', () => {
  test.each(spaces)('%s, in PNGs of 8 and 16 bits', async (_name, primaries, transfer, expected) => {
    expectColours(await coloursIn(patchesPng(colours, 8, [cicp(primaries, transfer)])), expected);
    expectColours(await coloursIn(patchesPng(deep, 16, [cicp(primaries, transfer)])), expected);
  });

  test.each(spaces)('%s, in AVIFs of 8, 10 and 12 bits', async (_name, primaries, transfer, expected) => {
    for (const bits of [8, 10, 12] as const) {
      const colour = await codedColour(patchesPng(deep, 16), bits);
      expectColours(await coloursIn(avifFile({ colour, nclx: { primaries, transfer } })), expected, 2.5);
    }
  });

  test.each([
    ['BT.709', 1, 1],
    ['BT.601', 1, 6],
    ['unspecified', 2, 2],
    ['unspecified primaries', 2, 13],
    ['reserved', 3, 13],
  ])('%s: treated as sRGB in an AVIF', async (_name, primaries, transfer) => {
    const colour = await codedColour(patchesPng(colours, 8));
    expectColours(await coloursIn(avifFile({ colour, nclx: { primaries, transfer } })), asStored);
  });

  test('BT.709 in a PNG has the curve of a television', async () => {
    expectColours(await coloursIn(patchesPng(colours, 8, [cicp(1, 1)])), inSrgb('srgb-linear', power(2.4)));
  });

  test('those of the AV1 stream apply to an AVIF without a colour box', async () => {
    expectColours(await coloursIn(avifFile({ colour: await codedColour(patchesPng(colours, 8)) })), asStored);
  });

  test('alpha does not change, and grey stays grey', async () => {
    const found = await coloursIn(
      patchesPng(
        [
          [40, 255],
          [128, 100],
          [200, 255],
        ],
        8,
        [cicp(12, 8)],
      ),
      3,
    );
    const grey = [40, 128, 200].map((level) => toSrgb('srgb-linear', [level / 255, level / 255, level / 255]));
    expectColours(found, grey);
    expect(found.map(([, , , alpha]) => alpha)).toEqual([255, 100, 255]);
  });
});

describe('a PNG’s gamma', () => {
  test('is applied to the colours', async () => {
    expectColours(await coloursIn(patchesPng(colours, 8, [gama(1)])), inSrgb('srgb-linear', power(1)));
    expectColours(await coloursIn(patchesPng(deep, 16, [gama(1 / 1.8)])), inSrgb('srgb-linear', power(1.8)));
  });

  test('is applied to grey of 8 and 16 bits', async () => {
    const expected = [toSrgb('srgb-linear', [128 / 255, 128 / 255, 128 / 255])];
    expectColours(await coloursIn(patchesPng([[128]], 8, [gama(1)]), 1), expected);
    expectColours(await coloursIn(patchesPng([[128 * 257]], 16, [gama(1)]), 1), expected);
  });

  test('is applied together with the primaries', async () => {
    const p3 = chrm([0.3127, 0.329], [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]);
    expectColours(await coloursIn(patchesPng(colours, 8, [gama(1 / 2.2), p3])), inSrgb('p3-linear', power(2.2)));
  });

  test.each<[string, Buffer[]]>([
    ['it is the usual 1 / 2.2', [gama(0.45455)]],
    ['only primaries are given', [chrm([0.3127, 0.329], [0.68, 0.32], [0.265, 0.69], [0.15, 0.06])]],
    ['its primaries are zero', [gama(1), chrm([0, 0], [0, 0], [0, 0], [0, 0])]],
    ['its primaries are collinear', [gama(1), chrm([0.3127, 0.329], [0.1, 0.1], [0.2, 0.2], [0.3, 0.3])]],
    ['it is zero', [gama(0)]],
    ['it is truncated', [pngChunk('gAMA', Buffer.of(0, 1))]],
  ])('changes nothing if %s', async (_case, chunks) => {
    expectColours(await coloursIn(patchesPng(colours, 8, chunks)), asStored, 0.1);
  });
});

describe('of conflicting colour information, this takes precedence:', () => {
  const profile = iccp(rgbProfile('srgb-linear'));
  const linear = inSrgb('srgb-linear', power(1));
  const p3 = inSrgb('p3-linear', srgbCurve);

  test.each<[string, Buffer[], Rgb[]]>([
    ['code points over a profile', [profile, cicp(12, 13)], p3],
    ['code points of sRGB over a profile', [profile, cicp(1, 13)], asStored],
    ['code points over sRGB and gamma', [cicp(12, 13), srgbChunk(), gama(1)], p3],
    ['a profile over sRGB and gamma', [srgbChunk(), profile, gama(0.3)], linear],
    ['sRGB over gamma', [srgbChunk(), gama(1)], asStored],
    ['a gamma over unspecified code points', [cicp(2, 2), gama(1)], linear],
    ['a gamma over partly unspecified code points', [cicp(12, 2), gama(1)], linear],
    ['a gamma over truncated code points', [pngChunk('cICP', Buffer.of(12, 13)), gama(1)], linear],
  ])('%s, in PNGs of 8 and 16 bits', async (_case, chunks, expected) => {
    expectColours(await coloursIn(patchesPng(colours, 8, chunks)), expected);
    expectColours(await coloursIn(patchesPng(deep, 16, chunks)), expected);
  });

  test.each([8, 10] as const)('a profile over code points, in an AVIF of %i bits', async (bits) => {
    const colour = await codedColour(patchesPng(deep, 16), bits);
    const nclx = { primaries: 12, transfer: 13 };
    expectColours(await coloursIn(avifFile({ colour, nclx, profile: rgbProfile('srgb-linear') })), linear, 2.5);
  });
});

describe('narrow range (16 to 235) in an AVIF is expanded:', () => {
  const levels = [16, 40, 128, 200, 235];
  const grey = patchesPng(
    levels.map((level) => [0, 0, 0, level]),
    8,
  );
  const wide = levels.map((level) => Math.round(((level - 16) / 219) * 255));
  const nclx = { primaries: 1, transfer: 13, fullRange: false };

  const cases = [8, 10].flatMap((bits) => [
    ['grey, declared in its box', bits, (coded: Coded) => avifFile({ colour: coded, nclx })] as const,
    ['grey, declared in its stream', bits, (coded: Coded) => avifFile({ colour: asNarrowRange(coded) })] as const,
  ]);
  type Coded = Awaited<ReturnType<typeof codedAlpha>>;

  test.each(cases)('%s, %i bits', async (_case, bits, file) => {
    const found = await coloursIn(file(await codedAlpha(grey, bits as 8 | 10)), levels.length);
    expectColours(
      found,
      wide.map((level) => [level, level, level]),
      1,
    );
  });

  test.each([8, 10] as const)('alpha, %i bits', async (bits) => {
    const colour = await codedColour(
      patchesPng(
        levels.map(() => [200, 30, 30]),
        8,
      ),
      bits,
    );
    const alpha = await codedAlpha(grey, bits);
    const alphas = async (bytes: Buffer) => (await coloursIn(bytes, levels.length)).map(([, , , level]) => level);
    expect(await alphas(avifFile({ colour, alpha }))).toEqual(levels);
    expect(await alphas(avifFile({ colour, alpha: asNarrowRange(alpha) }))).toEqual(wide);
  });

  test('full-range grey is not expanded', async () => {
    const found = await coloursIn(avifFile({ colour: await codedAlpha(grey) }), levels.length);
    expectColours(
      found,
      levels.map((level) => [level, level, level]),
      1,
    );
  });
});
