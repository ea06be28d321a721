import { describe, expect, test } from 'vitest';
import { fromPixels, plainPicture } from './test-support/pictures.ts';
import { type Entry, pixelReader, renderOne, renderSet, variantSet } from './test-support/render.ts';

const box = { width: 60, height: 60 };
/** An edge, from dark to light grey. */
const edge = (side: number) => fromPixels(side, side, 3, (x) => (x < side / 2 ? [90, 90, 90] : [170, 170, 170]));
/** Plain on the left, fine detail on the right: 0.3 cycles per pixel at a quarter of the size. */
const stripes = () =>
  fromPixels(240, 240, 3, (x) => Array(3).fill(x < 120 ? 128 : 128 + 40 * Math.sin((2 * Math.PI * 0.3 * x) / 4)));
const levels = async (bytes: Buffer, entry: object) => {
  const { width, height, rgb } = await pixelReader((await renderOne(bytes, { ...box, ...entry })).data);
  return Array.from({ length: width }, (_, x) => rgb(x, height >> 1)[0]);
};
const range = (row: readonly number[]) => Math.max(...row) - Math.min(...row);

describe('sharpening', () => {
  test('adds contrast to fine detail of a picture that is scaled down, and leaves plain areas alone', async () => {
    const bytes = await stripes().png().toBuffer();
    const [plain, sharpened] = [await levels(bytes, {}), await levels(bytes, { sharpen: true })];
    expect(range(sharpened.slice(35))).toBeGreaterThan(1.1 * range(plain.slice(35)));
    expect(sharpened.slice(0, 25)).toEqual(plain.slice(0, 25));
  });

  test('has no halo of more than a tenth of an edge', async () => {
    const sharpened = await levels(await edge(240).png().toBuffer(), { sharpen: true });
    expect(range(sharpened)).toBeLessThan(80 * 1.2);
  });

  test('does not change a picture that is not scaled', async () => {
    const bytes = await edge(60).png().toBuffer();
    expect(await levels(bytes, { sharpen: true })).toEqual(await levels(bytes, {}));
  });

  test('does not reach the padding, nor the edge beside it', async () => {
    const bytes = await plainPicture(200, 100, [40, 90, 160]).png().toBuffer();
    const contain = { width: 50, height: 50, fit: 'contain', background: '#ffffff' };
    const { rgb } = await pixelReader((await renderOne(bytes, { ...contain, sharpen: true })).data);
    for (let y = 0; y < 50; y++) expect(rgb(25, y), `${y}`).toEqual(y < 13 || y > 37 ? [255, 255, 255] : [40, 90, 160]);
  });

  test('keeps transparency', async () => {
    const bytes = await plainPicture(200, 200, [40, 90, 160], 0.5).png().toBuffer();
    const [plain, sharp] = await Promise.all(
      [false, true].map(async (sharpen) => pixelReader((await renderOne(bytes, { ...box, sharpen })).data)),
    );
    expect([sharp?.rgb(30, 30), sharp?.alpha(30, 30)]).toEqual([plain?.rgb(30, 30), 128]);
  });

  test('is in no other rendition, whichever are made from larger ones', async () => {
    const bytes = await stripes().png().toBuffer();
    const ladder = [
      { name: 'small', width: 15, height: 15 },
      { name: 'large', ...box },
    ];
    const sharpened = { name: 'sharpened', ...box, sharpen: true };
    const dataOf = async (...entries: Entry[]) =>
      Object.fromEntries(
        (await renderSet(bytes, variantSet(...entries))).map(({ variant, data }) => [variant.name, data]),
      );
    const [alone, beside] = [await dataOf(...ladder), await dataOf(...ladder, sharpened)];
    expect(beside).toMatchObject(alone);
    expect(beside.sharpened).not.toEqual(beside.large);
  });
});
