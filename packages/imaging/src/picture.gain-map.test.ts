import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import type { ImagingEngine } from './index.ts';
import { blockOtherLoaders } from './loaders.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { cornerColours, cornerPicture, fromPixels, gradientPicture, plainPicture } from './test-support/pictures.ts';
import { type Entry, metadataOf, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';
import { gainMapXmp, ultraHdrOf } from './test-support/ultra-hdr.ts';
import { xmpPacket } from './test-support/xmp.ts';

/** Of the quarters: none, a third, two thirds and all of two stops. */
const levels = [0, 85, 170, 255];
const quarter = (x: number, y: number, width: number, height: number) =>
  (x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2);
const quarters = (width: number, height: number, channels: 1 | 3 = 1) =>
  fromPixels(width, height, channels, (x, y) => Array(channels).fill(levels[quarter(x, y, width, height)]));

const standard = (width = 240, height = 160) =>
  cornerPicture(width, height).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
const grey = (width = 120, height = 80) =>
  quarters(width, height).toColourspace('b-w').jpeg({ quality: 95 }).toBuffer();
const ultraHdr = async () => ultraHdrOf(await standard(), await grey());
const kept = { width: 120, height: 120, format: 'jpeg', quality: 95, hdr: 'gain-map' };

/** What libultrahdr finds in a file. */
async function asUltraHdr<T>(read: () => Promise<T>): Promise<T> {
  sharp.unblock({ operation: ['VipsForeignLoadUhdr'] });
  try {
    return await read();
  } finally {
    await blockOtherLoaders();
  }
}

async function mapOf(data: Uint8Array) {
  const found = await asUltraHdr(async () => (await metadataOf(data)).gainMap);
  return found && { image: found.image, pixels: await pixelReader(found.image) };
}

const near = (actual: number | undefined, expected: number | undefined, within = 8) =>
  expect(Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN)), `${actual} near ${expected}`).toBeLessThanOrEqual(
    within,
  );

let engine: ImagingEngine;
beforeAll(async () => {
  engine = await createImagingEngine();
});
const render = (bytes: Uint8Array, entry: Entry = {}) => renderOne(bytes, { ...kept, ...entry }, engine);

describe('a jpeg that keeps the gain map', () => {
  test('has it at a quarter of its size, with the meaning of its levels, and is brighter by that on an HDR screen', async () => {
    const { data } = await render(await ultraHdr());
    const map = await mapOf(data);
    expect([map?.pixels.width, map?.pixels.height]).toEqual([30, 20]);
    for (const [x, y] of [
      [3, 3],
      [26, 3],
      [3, 16],
      [26, 16],
    ] as const) {
      near(map?.pixels.rgb(x, y)[0], levels[quarter(x, y, 30, 20)]);
    }
    const [shown, linear] = [await pixelReader(data), await hdrPixels(data)];
    for (const [index, [x, y]] of [
      [12, 12],
      [107, 12],
      [12, 67],
      [107, 67],
    ].entries() as Iterable<[number, [number, number]]>) {
      const gain = 2 ** ((2 * (levels[index] ?? 0)) / 255);
      for (const [channel, level] of shown.rgb(x, y).entries()) {
        const offset = 1 / 64;
        const expected = gain * (toLinear(level / 255) + offset) - offset;
        near(linear(x, y)[channel], expected, 0.05 * expected + 0.02);
      }
    }
  });

  test('shows the same picture as without on all other screens', async () => {
    const bytes = await ultraHdr();
    const pixelsOf = async (entry: Entry) =>
      sharp((await render(bytes, entry)).data)
        .raw()
        .toBuffer();
    expect(await pixelsOf({})).toEqual(await pixelsOf({ hdr: undefined }));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('has it upright: EXIF orientation %i', async (orientation) => {
    const turned = await sharp(await standard())
      .withMetadata({ orientation })
      .jpeg({ quality: 95 })
      .toBuffer();
    const { data } = await render(ultraHdrOf(turned, await grey()));
    const [map, picture] = [await mapOf(data), await pixelReader(data)];
    const { width = 0, height = 0 } = map?.pixels ?? {};
    expect([width, height]).toEqual([picture.width / 4, picture.height / 4]);
    for (const [x, y] of [
      [3, 3],
      [width - 4, 3],
      [3, height - 4],
      [width - 4, height - 4],
    ] as const) {
      const colour = picture.rgb(4 * x, 4 * y);
      const corner = cornerColours.findIndex((each) => colourDifference(each, colour) < 8);
      near(map?.pixels.rgb(x, y)[0], levels[corner]);
    }
  });

  test.each<[string, Entry, (x: number, y: number) => number]>([
    ['of the middle', { width: 80, height: 80, fit: 'cover' }, (x, y) => levels[quarter(x, y, 20, 20)] ?? 0],
    // The left edge of the source.
    ['around a focus', { width: 40, height: 80, fit: 'cover', position: 'focus' }, (_, y) => (y < 10 ? 0 : 170)],
    ['of a distorted picture', { width: 100, height: 120, fit: 'fill' }, (x, y) => levels[quarter(x, y, 25, 30)] ?? 0],
    ['outside of the box', { fit: 'outside' }, (x, y) => levels[quarter(x, y, 45, 30)] ?? 0],
    [
      'without gain in the padding',
      { fit: 'contain', padding: 12, background: '#ffffff' },
      (x, y) => {
        const isPadding = x < 3 || x >= 27 || y < 7 || y >= 23;
        return isPadding ? 0 : (levels[quarter(x, y, 30, 30)] ?? 0);
      },
    ],
  ])('has the part that is shown: %s', async (_what, entry, levelAt) => {
    const bytes = await ultraHdr();
    const set = variantSet({ ...kept, ...entry });
    const picture = await engine.decode(bytes, await engine.inspect(bytes), set, { focus: { x: 0, y: 0.5 } });
    const [made] = await Array.fromAsync(picture.render());
    const pixels = (await mapOf(made?.data ?? Buffer.of()))?.pixels;
    expect([pixels?.width, pixels?.height]).toEqual([(made?.width ?? 0) / 4, (made?.height ?? 0) / 4]);
    for (let y = 0; y < (pixels?.height ?? 0); y += 1) {
      for (let x = 0; x < (pixels?.width ?? 0); x += 1) {
        const around = [-2, 0, 2].flatMap((dx) => [-2, 0, 2].map((dy) => levelAt(x + dx, y + dy)));
        // Levels are mixed where they change.
        if (new Set(around).size === 1) near(pixels?.rgb(x, y)[0], levelAt(x, y), 14);
      }
    }
  });

  test('has it in three channels if the original has, each with its own meaning', async () => {
    const map = await fromPixels(120, 80, 3, () => [40, 120, 200])
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const mapping = { GainMapMin: [-1, 0, 0], GainMapMax: [1, 2, 3], Gamma: [1], HDRCapacityMax: [3] };
    const { data } = await render(ultraHdrOf(await standard(), map, gainMapXmp(mapping)), { fit: 'contain' });
    const [, length = 0] =
      /Item:Semantic="GainMap"[^>]*Item:Length="(\d+)"/.exec(Buffer.from(data).toString('latin1')) ?? [];
    const jpeg = Buffer.from(data).subarray(-Number(length));
    const found = await pixelReader(jpeg);
    expect((await sharp(jpeg).metadata()).channels).toBe(3);
    for (const [channel, level] of [40, 120, 200].entries()) near(found.rgb(15, 15)[channel], level);
    // No gain: the middle of -1 to 1, and the least level of the others.
    for (const [channel, level] of [128, 0, 0].entries()) near(found.rgb(15, 1)[channel], level);
    expect((await sharp(jpeg).metadata()).xmp?.toString()).toMatch(
      /<hdrgm:GainMapMin><rdf:Seq><rdf:li>-1<\/rdf:li><rdf:li>0<\/rdf:li>/,
    );
  });

  test('has no profile of the map, which would change its levels', async () => {
    const profiled = await sharp(await grey())
      .toColourspace('srgb')
      .withIccProfile('p3')
      .jpeg({ quality: 95 })
      .toBuffer();
    expect((await metadataOf(profiled)).icc).toBeDefined();
    const map = await mapOf((await render(ultraHdrOf(await standard(), profiled))).data);
    near(map?.pixels.rgb(3, 16)[0], 170);
    expect((await metadataOf(map?.image ?? Buffer.of())).icc).toBeUndefined();
  });

  test('keeps it in Display P3, and beside the marks of origin, and nothing else of the metadata', async () => {
    const digitalSourceType = 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeCapture';
    const marked = await cornerPicture(240, 160)
      .withIccProfile('p3')
      .withXmp(
        xmpPacket(
          `<dc:rights><rdf:Alt><rdf:li>© Jane</rdf:li></rdf:Alt></dc:rights>`,
          `Iptc4xmpExt:DigitalSourceType="${digitalSourceType}"`,
        ),
      )
      .withExif({
        IFD0: { Artist: 'Jane', Make: 'Secret' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
      })
      .jpeg({ quality: 95 })
      .toBuffer();
    const entry = { colour: 'p3', keepMetadata: ['artist', 'copyright'] };
    const { data } = await render(ultraHdrOf(marked, await grey(), undefined, { hasDirectory: false }), entry);
    const { xmp = Buffer.of(), exif, icc } = await metadataOf(data);
    for (const text of ['© Jane', digitalSourceType, 'GainMap']) expect(xmp.toString()).toContain(text);
    expect([exif, icc].map((part) => part !== undefined)).toEqual([true, true]);
    for (const text of ['Secret', 'GPS']) expect(Buffer.from(data).includes(text)).toBe(false);
    expect((await mapOf(data))?.pixels.width).toBe(30);
  });

  test('has at most a quarter more bytes, of a detailed map', async () => {
    const photo = await readFile(new URL('../../../examples/photos/product.jpg', import.meta.url));
    const { width, height } = await sharp(photo).metadata();
    // Brighter where the picture is, and as detailed.
    const map = await sharp(photo)
      .resize(Math.round(width / 2), Math.round(height / 2))
      .greyscale()
      .linear(2, -255)
      .toColourspace('b-w')
      .jpeg({ quality: 90 })
      .toBuffer();
    const sides = [600, 1200];
    const entries = sides.flatMap((side) => {
      const box = { ...kept, width: side, height: side, quality: 80 };
      return [
        { ...box, name: `hdr${side}` },
        { ...box, name: `plain${side}`, hdr: undefined },
      ];
    });
    const made = await renderSet(ultraHdrOf(photo, map), variantSet(...entries), engine);
    const bytesOf = (name: string) => made.find(({ variant }) => variant.name === name)?.data.byteLength ?? 0;
    for (const side of sides) {
      const share = bytesOf(`hdr${side}`) / bytesOf(`plain${side}`);
      expect(share, `${side}`).toBeGreaterThan(1);
      expect(share, `${side}`).toBeLessThan(1.25);
    }
  });

  test('has the same bytes whichever entries are encoded with it, and changes no other', async () => {
    const bytes = await ultraHdr();
    const set = variantSet(
      { ...kept, name: 'kept' },
      { ...kept, name: 'small', width: 40, height: 40 },
      { ...kept, name: 'plain', hdr: undefined },
      { name: 'png', width: 120, height: 120 },
    );
    const all = new Map((await renderSet(bytes, set, engine)).map(({ variant, data }) => [variant.name, data]));
    const source = await engine.inspect(bytes);
    for (const entry of set) {
      const picture = await engine.decode(bytes, source, set, { only: [entry] });
      const [alone] = await Array.fromAsync(picture.render());
      expect(Buffer.compare(alone?.data ?? Buffer.of(), all.get(entry.name) ?? Buffer.of()), entry.name).toBe(0);
    }
    for (const name of ['plain', 'png']) expect(Buffer.from(all.get(name) ?? []).includes('hdrgm'), name).toBe(false);
  });
});

describe('a jpeg is exactly the standard picture if', () => {
  const plain = async (bytes: Uint8Array) => (await render(bytes, { hdr: undefined })).data;
  const cases: Record<string, () => Promise<Buffer>> = {
    'the original has no gain map': () => standard(),
    'the original is not a JPEG': () => cornerPicture(240, 160).png().toBuffer(),
    'another picture follows the original': async () => Buffer.concat([await standard(), await grey()]),
    'the map is damaged': async () => {
      const map = await gradientPicture(60, 40).jpeg().toBuffer();
      return ultraHdrOf(await standard(), Buffer.concat([map.subarray(0, map.length >> 1), Buffer.of(0xff, 0xd9)]));
    },
    'the map is truncated': async () => (await ultraHdr()).subarray(0, -100),
    'the map is larger than the picture': async () => ultraHdrOf(await standard(), await grey(480, 320)),
    'the map is over an HDR picture': async () => ultraHdrOf(await standard(), await grey(), gainMapXmp({}, true)),
    'the map has no end of its range': async () =>
      ultraHdrOf(await standard(), await grey(), gainMapXmp({ GainMapMax: [] })),
    'the map has an impossible range': async () =>
      ultraHdrOf(await standard(), await grey(), gainMapXmp({ GainMapMin: [3], GainMapMax: [2] })),
    'the map has a gamma of zero': async () => ultraHdrOf(await standard(), await grey(), gainMapXmp({ Gamma: [0] })),
    'the map has words for values': async () =>
      ultraHdrOf(await standard(), await grey(), gainMapXmp({ GainMapMax: ['Infinity'] })),
    'the map has two channels': async () =>
      ultraHdrOf(await standard(), await grey(), gainMapXmp({ GainMapMax: [1, 2] })),
  };

  test.each(Object.entries(cases))('%s', async (_why, file) => {
    const bytes = await file();
    const { data } = await render(bytes);
    expect(Buffer.compare(data, await plain(bytes))).toBe(0);
  });
});

test('a map that needs more work than a source may is not decoded', async () => {
  const map = await plainPicture(60, 40, [90, 90, 90]).jpeg({ progressive: true }).toBuffer();
  const sos = map.indexOf(Buffer.of(0xff, 0xda));
  const scan = map.subarray(sos, map.indexOf(Buffer.of(0xff, 0xda), sos + 2));
  const scans = Buffer.concat([map.subarray(0, sos), ...Array(2_000).fill(scan), map.subarray(sos)]);
  const bytes = ultraHdrOf(await standard(), scans);
  const { data } = await render(bytes);
  expect(Buffer.from(data).includes('hdrgm')).toBe(false);
});

const toLinear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** Linear light, 1 for the white of the standard picture, on a screen that can show all of it. */
async function hdrPixels(data: Uint8Array) {
  // Its types do not have it yet.
  const image = sharp(data) as Sharp & { withGainMap(): Sharp };
  const { data: floats, info } = await asUltraHdr(() =>
    image.withGainMap().raw({ depth: 'float' }).toBuffer({ resolveWithObject: true }),
  );
  const values = new Float32Array(floats.buffer, floats.byteOffset, floats.length / 4);
  return (x: number, y: number) => {
    const at = (y * info.width + x) * info.channels;
    return [...values.subarray(at, at + 3)];
  };
}
