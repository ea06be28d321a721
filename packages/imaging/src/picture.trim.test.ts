import type { EntryName } from '@imagemill/variants';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import {
  cornerColours,
  cornerPicture,
  createRandom,
  fromPixels,
  plainPicture,
  type Rgb,
} from './test-support/pictures.ts';
import { type Entry, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';

const white: Rgb = [255, 255, 255];
const red: Rgb = [200, 30, 30];
const box = { width: 500, height: 500, trim: 10 };

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A plain object on a plain background. */
const thingOn = (side: number, { left, top, width, height }: Place, ground: readonly number[] = white, thing = red) =>
  fromPixels(side, side, ground.length === 4 ? 4 : 3, (x, y) =>
    x >= left && x < left + width && y >= top && y < top + height ? [...thing, 255] : ground,
  );

const sizeOf = async (bytes: Buffer, entry: Entry = {}) => {
  const { width, height } = await renderOne(bytes, { ...box, ...entry });
  return [width, height];
};

describe('trim', () => {
  test.each([
    ['white', white],
    ['dark', [20, 22, 24]],
    ['transparent', [0, 0, 0, 0]],
  ] as const)('leaves exactly the thing on a %s ground', async (_what, ground) => {
    const thing = { left: 30, top: 20, width: 62, height: 71 };
    const bytes = await thingOn(120, thing, ground).png().toBuffer();
    const { data, width, height } = await renderOne(bytes, box);
    expect([width, height]).toEqual([62, 71]);
    const pixels = await pixelReader(data);
    expect([pixels.width, pixels.height]).toEqual([62, 71]);
    for (const [x, y] of [
      [0, 0],
      [61, 0],
      [0, 70],
      [61, 70],
    ] as const) {
      expect([pixels.rgb(x, y), pixels.alpha(x, y)]).toEqual([red, 255]);
    }
  });

  test('tolerates as much noise as its threshold, and no more', async () => {
    const random = createRandom(5);
    const noisy = await fromPixels(100, 100, 3, (x, y) =>
      x >= 20 && x < 80 && y >= 20 && y < 80 ? red : Array.from({ length: 3 }, () => 247 + Math.floor(random() * 9)),
    )
      .png()
      .toBuffer();
    expect(await sizeOf(noisy, { trim: 9 })).toEqual([60, 60]);
    expect(await sizeOf(noisy, { trim: 1 })).toEqual([100, 100]);
  });

  test.each<[string, Place, number[]]>([
    ['in the middle', { left: 48, top: 48, width: 4, height: 4 }, [25, 25]],
    ['in a corner', { left: 96, top: 0, width: 4, height: 4 }, [50, 0]],
    ['near a side', { left: 10, top: 40, width: 30, height: 40 }, [0, 35]],
  ])('leaves at least half of each side, around a small thing %s', async (_where, thing, [left = 0, top = 0]) => {
    const bytes = await thingOn(100, thing).png().toBuffer();
    const { data, width, height } = await renderOne(bytes, box);
    expect([width, height]).toEqual([50, 50]);
    const pixels = await pixelReader(data);
    expect(pixels.rgb(thing.left - left, thing.top - top)).toEqual(red);
    expect(pixels.rgb(thing.left + thing.width - 1 - left, thing.top + thing.height - 1 - top)).toEqual(red);
    expect(await sharp(data).stats()).toMatchObject({ isOpaque: true });
  });

  test('leaves all of a picture of one colour, of a transparent one, and of one without a border', async () => {
    for (const picture of [plainPicture(40, 30, red), plainPicture(40, 30, red, 0), cornerPicture(40, 30)]) {
      expect(await sizeOf(await picture.png().toBuffer())).toEqual([40, 30]);
    }
  });

  test('trims the upright picture', async () => {
    const thing = { left: 10, top: 30, width: 70, height: 50 };
    const stored = await thingOn(100, thing).png().toBuffer();
    const bytes = await sharp(stored).withMetadata({ orientation: 6 }).png().toBuffer();
    expect(await sizeOf(bytes)).toEqual([50, 70]);
  });

  test('renders what is left at full resolution', async () => {
    const middle = { left: 100, top: 100, width: 200, height: 200 };
    const fine = (x: number, y: number): Rgb => [(x * 37) % 200, (y * 53) % 200, ((x >> 1) + (y >> 1)) % 2 ? 30 : 180];
    const framed = fromPixels(400, 400, 3, (x, y) => (x >= 100 && x < 300 && y >= 100 && y < 300 ? fine(x, y) : white));
    const alone = await sharp(await framed.png().toBuffer())
      .extract(middle)
      .png()
      .toBuffer();
    // Scaling makes a faint ring around what is left.
    const entry = { width: 100, height: 100, trim: 60 };
    const [trimmed, expected] = await Promise.all(
      [await framed.png().toBuffer(), alone].map(async (bytes) =>
        sharp((await renderOne(bytes, entry)).data)
          .raw()
          .toBuffer(),
      ),
    );
    const squares = trimmed?.reduce((sum, level, at) => sum + (level - (expected?.[at] ?? 0)) ** 2, 0) ?? Number.NaN;
    expect(Math.sqrt(squares / (trimmed?.length ?? 0))).toBeLessThan(3);
  });

  test('with padding, has a margin of the border that was trimmed', async () => {
    const ground: Rgb = [240, 236, 230];
    const bytes = await thingOn(200, { left: 50, top: 60, width: 100, height: 100 }, ground).png().toBuffer();
    const entry = { width: 60, height: 60, fit: 'contain', background: 'auto', padding: 5, trim: 4 };
    const { data, width, height } = await renderOne(bytes, entry);
    expect([width, height]).toEqual([60, 60]);
    const { rgb } = await pixelReader(data);
    for (const at of [0, 4, 55, 59]) expect(rgb(at, 30), `${at}`).toEqual(ground);
    for (const at of [6, 30, 53]) expect(colourDifference(rgb(at, 30), red), `${at}`).toBeLessThan(2);
  });

  test('crops around the focus of the untrimmed picture', async () => {
    const quarters = await cornerPicture(100, 50).png().toBuffer();
    const bytes = await plainPicture(140, 90, white)
      .composite([{ input: quarters, left: 30, top: 20 }])
      .png()
      .toBuffer();
    const engine = await createImagingEngine();
    const set = variantSet({ width: 50, height: 50, fit: 'cover', position: 'focus', trim: 10 });
    const source = await engine.inspect(bytes);
    const colourWith = async (x: number) => {
      const [made] = await Array.fromAsync((await engine.decode(bytes, source, set, { focus: { x, y: 0 } })).render());
      return (await pixelReader(made?.data ?? Buffer.of())).rgb(25, 5);
    };
    expect(await colourWith(55 / 140)).toEqual(cornerColours[0]);
    expect(await colourWith(105 / 140)).toEqual(cornerColours[1]);
  });
});

describe('a set with trimmed entries', () => {
  const entries = [
    { name: 'plain', width: 60, height: 60 },
    { name: 'trimmed', width: 60, height: 60, trim: 10 },
    { name: 'small', width: 20, height: 20, trim: 10 },
    { name: 'other', width: 60, height: 60, trim: 60 },
    { name: 'jpeg', width: 60, height: 60, trim: 10, format: 'jpeg' },
  ];
  const source = () => thingOn(150, { left: 20, top: 30, width: 90, height: 100 }, [230, 240, 240]).png().toBuffer();

  test('does not trim the others', async () => {
    const made = await renderSet(await source(), variantSet(...entries));
    const sizes = Object.fromEntries(made.map(({ variant, width, height }) => [variant.name, [width, height]]));
    const trimmed = [54, 60];
    expect(sizes).toEqual({ plain: [60, 60], trimmed, other: trimmed, jpeg: trimmed, small: [18, 20] });
  });

  test('has the same bytes of each entry, alone and together', async () => {
    const engine = await createImagingEngine();
    const [bytes, set] = [await source(), variantSet(...entries)];
    const render = async (only?: readonly EntryName[]) => {
      const picture = await engine.decode(bytes, await engine.inspect(bytes), set, { only });
      const made = await Array.fromAsync(picture.render());
      return Object.fromEntries(made.map(({ variant, data }) => [variant.name, Buffer.from(data).toString('base64')]));
    };
    const alone = await Promise.all(set.map((entry) => render([entry])));
    expect(Object.assign({}, ...alone)).toEqual(await render());
  });
});
