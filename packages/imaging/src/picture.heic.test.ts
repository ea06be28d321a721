import { describe, expect, test } from 'vitest';
import { inspectSource } from './inspect.ts';
import { defaultLimits } from './limits.ts';
import { decodeHeic, requireHeicDecoder } from './source/heic/heic-decoder.ts';
import { colourDifference, fractions, toSrgb } from './test-support/colour-difference.ts';
import { gridHeic, heicSample, sampleColour, TILE } from './test-support/heic.ts';
import type { Rgb } from './test-support/pictures.ts';
import { rgbProfile } from './test-support/profiles.ts';
import { inspectionOf, outcomeOf } from './test-support/rejection.ts';
import { engineOf, metadataOf, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';
import {
  expectSample as expectColours,
  expectSampleInEveryFormat,
  rendered,
  samplePoints,
} from './test-support/sample-picture.ts';

const expectSample = (bytes: Buffer, within = 4, expected?: (x: number, y: number) => Rgb) =>
  expectColours(bytes, within, expected);

describe('a HEIC', () => {
  test('of 8 bits has its colours in every format', async () => {
    await expectSampleInEveryFormat(await heicSample('plain'));
  });

  test('reports its facts', async () => {
    expect(await (await engineOf()).inspect(await heicSample('plain'), { contentType: 'image/heic' })).toMatchObject({
      format: 'heic',
      width: 64,
      height: 48,
      orientation: 1,
      hasAlpha: false,
      frames: 1,
      colourSpace: 'srgb',
    });
  });

  test('with a profile is converted to sRGB', async () => {
    await expectSample(await heicSample('p3'));
  });

  test('with a profile of a wide gamut keeps it in p3', async () => {
    const set = variantSet(
      { name: 'wide', colour: 'p3', format: 'webp', quality: 95 },
      { name: 'usual', format: 'webp', quality: 95 },
    );
    for (const { data, variant } of await renderSet(await heicSample('p3'), set)) {
      expect((await metadataOf(data)).icc !== undefined).toBe(variant.name === 'wide');
      // Converts to sRGB.
      const { rgb } = await pixelReader(data);
      for (const [x, y] of samplePoints) expect(colourDifference(rgb(x, y), sampleColour(x, y))).toBeLessThan(6);
    }
  });

  test('of 10 bits is decoded with all of them', async () => {
    expect(await (await engineOf()).inspect(await heicSample('deep'))).toMatchObject({ colourSpace: 'rgb16' });
    await expectSample(await heicSample('deep'), 3);
    const { data } = await decodeHeic(await heicSample('deep'), true);
    const levels = [...data].map((sample) => Math.round((sample / 65_535) * 1023));
    expect(levels.some((level) => level % 4 !== 0)).toBe(true);
    expect(Math.max(...data)).toBeGreaterThan(62_000);
  });

  test('with an alpha channel keeps it', async () => {
    const pixels = await rendered(await heicSample('alpha'));
    expect([pixels.alpha(10, 20), pixels.alpha(50, 20)]).toEqual([0, 255]);
    expect(colourDifference(pixels.rgb(58, 40), sampleColour(58, 40))).toBeLessThan(4);
  });

  test('is turned by its own transformation, not by its EXIF orientation', async () => {
    const bytes = await heicSample('exif');
    expect((await metadataOf(bytes)).exif).toBeDefined();
    const pixels = await expectSample(bytes);
    expect([pixels.width, pixels.height]).toEqual([64, 48]);
    const { data } = await renderOne(bytes, { format: 'jpeg' });
    expect(await metadataOf(data)).not.toHaveProperty('exif');
  });

  test('keeps an artist from its EXIF where a variant asks for it', async () => {
    const { data } = await renderOne(await heicSample('exif'), { format: 'jpeg', keepMetadata: ['artist'] });
    expect((await metadataOf(data)).xmp?.toString()).toContain('Jane');
    expect(Buffer.from(data).includes('GPS')).toBe(false);
  });

  test('of several pictures shows its primary one', async () => {
    const bytes = await heicSample('two');
    await expectSample(bytes);
    const second = Buffer.from(bytes);
    const id = second.indexOf('pitm') + 8;
    second.writeUInt16BE(second.readUInt16BE(id) + 2, id);
    // It is in Display P3: without its profile, the blue channel would be 42 levels off.
    await expectSample(second);
  });
});

describe('a HEIC as phones write it', () => {
  const inTiles = (x: number, y: number) => sampleColour(x % TILE.width, y % TILE.height);

  test('is one picture of all its tiles, cropped to its size, without gain map and thumbnail', async () => {
    const bytes = await gridHeic({ columns: 2, rows: 2, width: 120, height: 90, extras: true });
    expect(await (await engineOf()).inspect(bytes)).toMatchObject({ width: 120, height: 90, frames: 1 });
    const pixels = await expectSample(bytes, 4, inTiles);
    expect([pixels.width, pixels.height]).toEqual([120, 90]);
    for (const [x, y] of [
      [70, 10],
      [100, 80],
      [20, 70],
    ] as const) {
      expect(colourDifference(pixels.rgb(x, y), inTiles(x, y))).toBeLessThan(4);
    }
  });

  test.each([0, 1, 2, 3])('is turned by %i quarters', async (turns) => {
    const [width, height] = [120, 90];
    const bytes = await gridHeic({ columns: 2, rows: 2, width, height, turns });
    const pixels = await rendered(bytes);
    expect([pixels.width, pixels.height]).toEqual(turns % 2 === 0 ? [width, height] : [height, width]);
    for (const [x, y] of samplePoints) {
      // To the left: the right edge becomes the upper one.
      const at = [
        [x, y],
        [y, width - 1 - x],
        [width - 1 - x, height - 1 - y],
        [height - 1 - y, x],
      ][turns];
      expect(colourDifference(pixels.rgb(at?.[0] ?? 0, at?.[1] ?? 0), inTiles(x, y))).toBeLessThan(4);
    }
  });

  test.each(['top and bottom', 'left and right'] as const)('is mirrored: %s are exchanged', async (mirror) => {
    const [width, height] = [120, 90];
    const pixels = await rendered(await gridHeic({ columns: 2, rows: 2, width, height, mirror }));
    expect([pixels.width, pixels.height]).toEqual([width, height]);
    for (const [x, y] of samplePoints) {
      const pixel = mirror === 'left and right' ? pixels.rgb(width - 1 - x, y) : pixels.rgb(x, height - 1 - y);
      expect(colourDifference(pixel, inTiles(x, y))).toBeLessThan(4);
    }
  });

  test('has the colours of its code points', async () => {
    const wide = await rendered(await gridHeic({ columns: 2, rows: 1, nclx: { primaries: 12, transfer: 13 } }));
    const usual = await rendered(await gridHeic({ columns: 2, rows: 1, nclx: { primaries: 1, transfer: 13 } }));
    for (const [x, y] of samplePoints) {
      expect(colourDifference(usual.rgb(x, y), sampleColour(x, y))).toBeLessThan(4);
      expect(colourDifference(wide.rgb(x, y), toSrgb('p3', fractions(usual.rgb(x, y))))).toBeLessThan(1);
    }
    expect(colourDifference(wide.rgb(60, 4), usual.rgb(60, 4))).toBeGreaterThan(2);
  });

  test('has the colours of its profile before those of its code points', async () => {
    const profile = rgbProfile('srgb-linear');
    const one = await rendered(await gridHeic({ columns: 2, rows: 1, profile, nclx: { primaries: 9, transfer: 16 } }));
    const other = await rendered(await gridHeic({ columns: 2, rows: 1, profile }));
    for (const [x, y] of samplePoints) expect(one.rgb(x, y)).toEqual(other.rgb(x, y));
  });
});

describe('a damaged HEIC is rejected', () => {
  test.each([0.3, 0.6, 0.8, 0.95])('if %d of it is there', async (part) => {
    const bytes = await heicSample('plain');
    const outcome = await outcomeOf(bytes.subarray(0, Math.floor(bytes.length * part)));
    expect(['corrupt', 'unsupported-format']).toContain(outcome);
  });

  test('if its stream is not HEVC', async () => {
    expect(await outcomeOf(await gridHeic({ columns: 1, rows: 1, stream: Buffer.alloc(200, 7) }))).toBe('corrupt');
  });

  test('if its size in the header is not that of its picture', async () => {
    const bytes = Buffer.from(await heicSample('plain'));
    bytes.writeUInt32BE(32, bytes.lastIndexOf('ispe') + 8);
    expect(await outcomeOf(bytes)).toBe('corrupt');
  });
});

describe('limits hold for a HEIC:', () => {
  test('pixels, sides, tiles and bytes', async () => {
    const large = await gridHeic({ columns: 1, rows: 1, width: 20_000, height: 20_000 });
    expect(await inspectionOf(large)).toBe('too-many-pixels');
    const long = await gridHeic({ columns: 1, rows: 1, width: 70_000, height: 1 });
    expect(await inspectionOf(long)).toBe('too-many-pixels');
    expect(await inspectionOf(await gridHeic({ columns: 20, rows: 13 }))).toBe('too-complex');
    expect(await inspectionOf(await heicSample('plain'), { limits: { bytesMax: 500 } })).toBe('too-many-bytes');
  });

  test('its declared type', async () => {
    const wrong = inspectSource(await heicSample('plain'), defaultLimits, { contentType: 'image/jpeg' });
    await expect(wrong).rejects.toMatchObject({ code: 'type-mismatch' });
  });
});

test('without the decoder, a HEIC is an unsupported format, and the message names the decoder', () => {
  const missing = 'libheif-js-is-not-installed';
  const notInstalled = () => requireHeicDecoder(() => import.meta.resolve(missing));
  expect(notInstalled).toThrow(
    expect.objectContaining({
      code: 'unsupported-format',
      reason: 'heic-decoder-missing',
      retryable: false,
      publicMessage: expect.stringContaining('libheif-js'),
    }),
  );
});
