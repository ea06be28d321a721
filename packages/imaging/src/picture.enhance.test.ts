import { readFile } from 'node:fs/promises';
import type { Enhance, VariantSet } from '@imagemill/variants';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import { animation, fromPixels } from './test-support/pictures.ts';
import { pixelReader, variantSet } from './test-support/render.ts';
import { rootMeanSquare } from './test-support/root-mean-square.ts';

const engine = createImagingEngine();
const side = 240;
const ladder = variantSet(
  { name: 'small', width: side / 4, height: side / 4 },
  { name: 'half', width: side / 2, height: side / 2 },
  { name: 'whole', width: side, height: side },
);

async function decoded(bytes: Buffer, set: VariantSet, enhance?: Enhance) {
  const { inspect, decode } = await engine;
  return decode(bytes, await inspect(bytes, { set }), set, { enhance });
}
async function render(bytes: Buffer, set: VariantSet, enhance?: Enhance) {
  const made = await Array.fromAsync((await decoded(bytes, set, enhance)).render());
  return new Map(made.map(({ variant, data }) => [variant.name, data]));
}
const one = (made: ReadonlyMap<string, Uint8Array>, name: string) => made.get(name) ?? Buffer.of();

let sharpPhoto: Buffer;
let blurred: Buffer;
beforeAll(async () => {
  const photo = await readFile(new URL('../../../examples/photos/avatar.jpg', import.meta.url));
  sharpPhoto = await sharp(photo).resize(side, side).png().toBuffer();
  blurred = await sharp(sharpPhoto).blur(1).png().toBuffer();
});

describe('an enhanced picture', () => {
  test('is nearer to the sharp one than the blurred upload is, at its size and smaller', async () => {
    const [original, plain, enhanced] = await Promise.all([
      render(sharpPhoto, ladder),
      render(blurred, ladder),
      render(blurred, ladder, 'sharpen'),
    ]);
    for (const name of ['whole', 'half']) {
      const before = await rootMeanSquare(one(plain, name), one(original, name));
      const after = await rootMeanSquare(one(enhanced, name), one(original, name));
      expect(after, name).toBeLessThan(0.85 * before);
    }
  });

  test('looks the same whichever renditions are made: one alone is not decoded to a smaller size', async () => {
    const all = await render(blurred, ladder, 'sharpen');
    const alone = await render(blurred, ladder.slice(0, 1), 'sharpen');
    const plain = await render(blurred, ladder);
    const difference = await rootMeanSquare(one(alone, 'small'), one(all, 'small'));
    expect(difference).toBeLessThan(0.25 * (await rootMeanSquare(one(plain, 'small'), one(all, 'small'))));
  });

  test('keeps its transparency, and the colours of transparent pixels reach no others', async () => {
    const picture = fromPixels(80, 80, 4, (x, y) => [x < 40 ? 60 : 180, 120, 120, y < 20 ? 0 : y < 40 ? 128 : 255]);
    const bytes = await picture.png().toBuffer();
    const [plain, enhanced] = await Promise.all(
      [undefined, 'sharpen' as const].map(async (enhance) =>
        pixelReader(one(await render(bytes, variantSet({ name: 'a', width: 80, height: 80 }), enhance), 'a')),
      ),
    );
    for (let at = 0; at < 80; at++) expect(enhanced?.alpha(40, at), `${at}`).toBe(plain?.alpha(40, at));
    expect(enhanced?.rgb(10, 21)).toEqual(plain?.rgb(10, 21));
    expect(enhanced?.rgb(38, 60)).not.toEqual(plain?.rgb(38, 60));
  });

  test('has the same summary and measurements as without', async () => {
    const [plain, enhanced] = await Promise.all(
      [undefined, 'sharpen' as const].map(async (enhance) => (await decoded(blurred, ladder, enhance)).summarise()),
    );
    expect(enhanced).toEqual(plain);
  });

  test('is not made of the frames of an animation, but of its first frame in a still variant', async () => {
    const frames = [
      { colour: [210, 40, 40], delayMs: 100 },
      { colour: [40, 160, 60], delayMs: 100 },
    ] as const;
    const moving = await animation(60, 60, frames, 'webp');
    const still = variantSet({ name: 'still', width: 60, height: 60, format: 'webp' });
    const set = [...variantSet({ name: 'moving', width: 60, height: 60, format: 'webp', animated: true }), ...still];
    const detailed = await sharp([await sharp(blurred).resize(60).png().toBuffer(), moving], {
      join: { animated: true },
    })
      .webp({ lossless: true, delay: [100, 100] })
      .toBuffer();
    const [plain, enhanced] = [await render(detailed, set), await render(detailed, set, 'sharpen')];
    expect(one(enhanced, 'moving')).toEqual(one(plain, 'moving'));
    expect(one(enhanced, 'still')).not.toEqual(one(plain, 'still'));
  });
});
