import Color from 'colorjs.io';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { avifFile, codedColour } from './test-support/avif.ts';
import { fromPixels } from './test-support/pictures.ts';
import { cicp, iccp, patchesPng, pngChunk } from './test-support/png.ts';
import { type RgbSpaceName, rgbProfile, rgbSpaces } from './test-support/profiles.ts';
import { metadataOf, renderOne, renderSet, variantSet } from './test-support/render.ts';

type Fractions = readonly [number, number, number];

const [WIDTH, HEIGHT] = [48, 40];
/** Smooth, so that chroma subsampling changes little, and through most of the cube. */
const storedAt = (x: number, y: number): Fractions => [
  x / (WIDTH - 1),
  y / (HEIGHT - 1),
  0.5 + 0.45 * Math.sin((x + y) / 14),
];
const levelsAt = (x: number, y: number) => storedAt(x, y).map((value) => Math.round(255 * value));
const picture = (): Sharp => fromPixels(WIDTH, HEIGHT, 3, levelsAt);

/** A PNG whose samples are declared to be of another space. */
async function declared(chunk: Buffer): Promise<Buffer> {
  const png = await picture().png().toBuffer();
  const header = 33;
  return Buffer.concat([png.subarray(0, header), chunk, png.subarray(header)]);
}
const profiled = (space: RgbSpaceName) => declared(iccp(rgbProfile(space)));
/** The same in another format, with the profile and without a conversion. */
const as = async (file: Promise<Buffer>, format: 'jpeg' | 'webp' | 'tiff', options: object) =>
  sharp(await file)
    .keepIccProfile()
    .toFormat(format, options)
    .toBuffer();
const deep = async (file: Promise<Buffer>) =>
  sharp(await file)
    .keepIccProfile()
    .toColourspace('rgb16')
    .png()
    .toBuffer();
const lossless = { quality: 100, chromaSubsampling: '4:4:4', lossless: true };

const gammaOf = (space: RgbSpaceName) => (value: number) => value ** rgbSpaces[space].gamma;
const [p3, adobe, prophoto] = ['p3-linear', 'a98rgb-linear', 'prophoto-linear'] as const;

type Wide = readonly [name: string, file: () => Promise<Buffer>, space: string, toLinear: (value: number) => number];
const sources: readonly Wide[] = [
  ['Display P3 in PNG', () => profiled(p3), p3, gammaOf(p3)],
  ['Display P3 in JPEG', () => as(profiled(p3), 'jpeg', lossless), p3, gammaOf(p3)],
  ['Display P3 in WebP', () => as(profiled(p3), 'webp', { lossless: true }), p3, gammaOf(p3)],
  ['Display P3 in TIFF', () => as(profiled(p3), 'tiff', { compression: 'lzw' }), p3, gammaOf(p3)],
  ['Display P3 in 16 bits', () => deep(profiled(p3)), p3, gammaOf(p3)],
  ['Adobe RGB', () => profiled(adobe), adobe, gammaOf(adobe)],
  ['Adobe RGB in 16 bits', () => deep(profiled(adobe)), adobe, gammaOf(adobe)],
  ['ProPhoto', () => profiled(prophoto), prophoto, gammaOf(prophoto)],
  ['ProPhoto in 16 bits', () => deep(profiled(prophoto)), prophoto, gammaOf(prophoto)],
  ['code points of Display P3', () => declared(cicp(12, 4)), 'p3-linear', (value) => value ** 2.2],
  ['code points of BT.2020', () => declared(cicp(9, 4)), 'rec2020-linear', (value) => value ** 2.2],
  ['code points in AVIF', avifOfP3, 'p3-linear', (value) => value ** 2.2],
];

async function avifOfP3() {
  const png = await picture().png().toBuffer();
  return avifFile({ colour: await codedColour(png, 10), nclx: { primaries: 12, transfer: 4 } });
}

/** ΔE2000 between each fourth pixel and the reference, ascending. */
async function differences(data: Uint8Array, [, , space, toLinear]: Wide): Promise<number[]> {
  const { data: found, info } = await sharp(data, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
  const all: number[] = [];
  for (let y = 0; y < HEIGHT; y += 4) {
    for (let x = 0; x < WIDTH; x += 4) {
      const stored = levelsAt(x, y).map((level) => toLinear(level / 255));
      const expected = new Color(space, stored as never).to('p3').toGamut({ space: 'p3', method: 'clip' });
      const at = (y * info.width + x) * info.channels;
      const shown = [...found.subarray(at, at + 3)].map((level) => level / 255);
      all.push(expected.deltaE(new Color('p3', shown as never), '2000'));
    }
  }
  return all.sort((a, b) => a - b);
}
const p95 = (sorted: readonly number[]) => sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;

describe.each(sources)('a variant in p3 of %s', (...source) => {
  test('has the colours of the source, with the profile: ΔE2000 p95 ≤ 1 from the reference', async () => {
    const box = { width: WIDTH, height: HEIGHT, quality: 100, colour: 'p3' };
    const set = variantSet(...['avif', 'webp', 'jpeg', 'png'].map((format) => ({ ...box, format })));
    for (const { variant, data } of await renderSet(await source[1](), set)) {
      expect((await metadataOf(data)).icc, variant.format).toEqual(await displayP3());
      expect(p95(await differences(data, source)), variant.format).toBeLessThanOrEqual(1);
    }
  });
});

const displayP3 = async () => (await metadataOf(await picture().withIccProfile('p3').png().toBuffer())).icc;

describe('a variant in p3 is the same as in srgb for', () => {
  const grey = (value: number) => Buffer.of(value);
  test.each<[string, () => Promise<Buffer>]>([
    ['a picture without a profile', () => picture().jpeg().toBuffer()],
    ['a profile of sRGB', () => picture().withIccProfile('srgb').jpeg().toBuffer()],
    ['a profile of sRGB by its primaries', () => profiled('srgb-linear')],
    ['CMYK', () => picture().withIccProfile('cmyk').toColourspace('cmyk').jpeg().toBuffer()],
    ['grey', async () => patchesPng([[77]], 8)],
    ['a damaged profile', () => declared(iccp(Buffer.alloc(300, 7)))],
    ['a truncated profile', () => declared(iccp(rgbProfile(p3).subarray(0, 140)))],
    ['an empty profile chunk', () => declared(pngChunk('iCCP', grey(0)))],
  ])('%s', async (_name, file) => {
    const bytes = await file();
    const one = await renderOne(bytes, { format: 'webp' });
    const other = await renderOne(bytes, { format: 'webp', colour: 'p3' });
    expect(Buffer.compare(other.data, one.data)).toBe(0);
    expect(await metadataOf(other.data)).toMatchObject({ hasProfile: false });
  });
});

describe('a set with variants in both', () => {
  test('has the same bytes in srgb as a set without p3', async () => {
    const bytes = await profiled(p3);
    const formats = ['avif', 'webp', 'jpeg'].map((format) => ({ name: `in-${format}`, format }));
    const plain = await renderSet(bytes, variantSet(...formats));
    const wide = formats.map(({ name, format }) => ({ name: `${name}-p3`, format, colour: 'p3' }));
    const mixed = await renderSet(bytes, variantSet(...formats, ...wide));
    for (const { variant, data } of plain) {
      const other = mixed.find((each) => each.variant.name === variant.name);
      expect(Buffer.compare(other?.data ?? Buffer.of(), data)).toBe(0);
    }
    expect(mixed).toHaveLength(6);
  });
});

test('the summary of a picture is in sRGB, also if all its variants are in p3', async () => {
  const red = await sharp(await picture().withIccProfile('p3').png().toBuffer())
    .composite([{ input: { create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#c83214' } } }])
    .withIccProfile('p3')
    .png()
    .toBuffer();
  const { createImagingEngine } = await import('./engine.ts');
  const engine = await createImagingEngine();
  const colourIn = async (set: ReturnType<typeof variantSet>) =>
    (await (await engine.decode(red, await engine.inspect(red), set)).summarise()).dominantColour;
  expect(await colourIn(variantSet({ colour: 'p3' }))).toBe(await colourIn(variantSet({})));
});

describe('transparency in p3', () => {
  const clear = async () => {
    const rgba = fromPixels(WIDTH, HEIGHT, 4, (x, y) => [...levelsAt(x, y), x < WIDTH / 2 ? 0 : 255]);
    const png = await rgba.png().toBuffer();
    return Buffer.concat([png.subarray(0, 33), iccp(rgbProfile(p3)), png.subarray(33)]);
  };
  const box = { width: WIDTH, height: HEIGHT, quality: 100, colour: 'p3' };

  test('is kept, and a jpeg has its background in the same colour as in srgb', async () => {
    const bytes = await clear();
    const png = await renderOne(bytes, { ...box, format: 'png' });
    expect(await metadataOf(png.data)).toMatchObject({ hasAlpha: true, hasProfile: true });
    const background = '#e04010';
    const { data } = await renderOne(bytes, { ...box, format: 'jpeg', background });
    // sharp converts to sRGB when it reads.
    const [red, green, blue] = await sharp(data).raw().toBuffer();
    const shown = new Color('srgb', [red ?? 0, green ?? 0, blue ?? 0].map((level) => level / 255) as never);
    expect(shown.deltaE(new Color(background), '2000')).toBeLessThan(1.5);
  });

  test('is padded in the same colour as in srgb', async () => {
    const { data } = await renderOne(await clear(), {
      ...box,
      width: 2 * WIDTH,
      fit: 'contain',
      format: 'webp',
      background: '#e04010',
    });
    const [red, green, blue] = await sharp(data).raw().toBuffer();
    const shown = new Color('srgb', [red ?? 0, green ?? 0, blue ?? 0].map((level) => level / 255) as never);
    expect(shown.deltaE(new Color('#e04010'), '2000')).toBeLessThan(1.5);
  });
});

test('a p3 rendition is upright and keeps marks, and nothing else', async () => {
  const bytes = await sharp(await profiled(p3))
    .keepIccProfile()
    .withExif({ IFD0: { Artist: 'Jane', Make: 'Secret' } })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toBuffer();
  const { data, width, height } = await renderOne(bytes, { colour: 'p3', format: 'jpeg', keepMetadata: ['artist'] });
  expect([width, height]).toEqual([HEIGHT, WIDTH]);
  expect((await metadataOf(data)).xmp?.toString()).toContain('Jane');
  expect(Buffer.from(data).includes('Secret')).toBe(false);
});
