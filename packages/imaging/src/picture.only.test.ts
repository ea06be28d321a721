import { type EntryName, type VariantSet, variantSets } from '@imagemill/variants';
import { beforeAll, describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import type { ImagingEngine } from './index.ts';
import { animation, cornerPicture, fromPixels, gradientPicture } from './test-support/pictures.ts';
import { atLowestEffort, variantSet } from './test-support/render.ts';

const sets = variantSets();
const product = atLowestEffort(sets.get('product') ?? []);
const avatar = atLowestEffort(sets.get('avatar') ?? []);
const animated = variantSet(
  { name: 'moving', width: 40, height: 40, format: 'webp', animated: true },
  { name: 'still', width: 20, height: 20, format: 'webp' },
  { name: 'crop', width: 10, height: 10, format: 'png', fit: 'cover', position: 'attention' },
);

const glass = (width: number, height: number) =>
  fromPixels(width, height, 4, (x, y) => [x % 256, y % 256, (x * y) % 256, (255 * x) / width]);
const frames = () =>
  animation(
    60,
    30,
    [
      { colour: [250, 0, 0], delayMs: 40 },
      { colour: [0, 0, 250], delayMs: 60 },
    ],
    'gif',
  );

let engine: ImagingEngine;
beforeAll(async () => {
  engine = await createImagingEngine();
});

describe('an entry that is encoded alone has the bytes that it has among all entries', () => {
  test.each<[string, VariantSet, () => Promise<Buffer>]>([
    ['product of a source larger than every box', product, () => gradientPicture(2500, 20).png().toBuffer()],
    ['product of an ordinary source', product, () => gradientPicture(610, 207).jpeg().toBuffer()],
    ['product of an odd source', product, () => gradientPicture(631, 17).png().toBuffer()],
    ['product of a tiny source', product, () => gradientPicture(7, 3).png().toBuffer()],
    ['product of a turned source', product, () => cornerPicture(310, 100).withExif(turned).jpeg().toBuffer()],
    ['product of a transparent source', product, () => glass(310, 110).png().toBuffer()],
    ['avatar of an ordinary source', avatar, () => gradientPicture(420, 280).jpeg().toBuffer()],
    ['avatar of a small source', avatar, () => gradientPicture(200, 300).png().toBuffer()],
    ['avatar of a transparent source', avatar, () => glass(220, 210).png().toBuffer()],
    ['avatar of one pixel', avatar, () => gradientPicture(1, 1).png().toBuffer()],
    ['an animated set of an animation', animated, frames],
    ['product of an animation', product, frames],
  ])('%s', async (_case, set, make) => {
    const bytes = await make();
    const all = await render(bytes, set);
    expect(Object.keys(all)).toHaveLength(set.length);
    const alone = await Promise.all(set.map((entry) => render(bytes, set, [entry])));
    expect(Object.assign({}, ...alone)).toEqual(all);
    expect(alone.map((made) => Object.keys(made))).toEqual(set.map((entry) => [idOf(entry)]));
  });
});

test('several entries are encoded together, and no others', async () => {
  const bytes = await gradientPicture(64, 48).png().toBuffer();
  const only = product.filter(({ format }) => format === 'jpeg');
  expect(Object.keys(await render(bytes, product, only)).sort()).toEqual(['large.jpeg', 'og.jpeg']);
  expect(await render(bytes, product, [])).toEqual({});
});

test('refuses an entry that the set does not have', async () => {
  const bytes = await gradientPicture(8, 8).png().toBuffer();
  await expect(render(bytes, product, [{ name: 'huge', format: 'webp' }])).rejects.toThrow('no entry huge.webp');
});

const turned = { IFD0: { Orientation: '6' } };
const idOf = ({ name, format }: EntryName) => `${name}.${format}`;

async function render(bytes: Buffer, set: VariantSet, only?: readonly EntryName[]) {
  const picture = await engine.decode(bytes, await engine.inspect(bytes, { set }), set, { only });
  const made = await Array.fromAsync(picture.render());
  return Object.fromEntries(made.map(({ variant, data }) => [idOf(variant), Buffer.from(data).toString('base64')]));
}
