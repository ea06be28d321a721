import { thumbHashToRGBA } from 'thumbhash';
import { expect, test } from 'vitest';
import { summarise } from './summary.ts';
import { fromPixels, plainPicture, type Rgb } from './test-support/pictures.ts';

async function summaryOf(picture: ReturnType<typeof plainPicture>) {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return summarise({ data, raw: info });
}
const dominant = async (picture: ReturnType<typeof plainPicture>) => (await summaryOf(picture)).dominantColour;

test.each<[string, Rgb]>([
  ['#ffffff', [255, 255, 255]],
  ['#000000', [0, 0, 0]],
  ['#808080', [128, 128, 128]],
  ['#e67828', [230, 120, 40]],
  ['#0f10ef', [15, 16, 239]],
])('the dominant colour of a picture of one colour is exactly that colour: %s', async (hex, colour) => {
  expect(await dominant(plainPicture(200, 130, colour))).toBe(hex);
  expect(await dominant(plainPicture(3, 1, colour))).toBe(hex);
  expect(await dominant(plainPicture(40, 40, colour, 1))).toBe(hex);
});

test('the dominant colour is the mean of the most frequent colours', async () => {
  const picture = fromPixels(100, 100, 3, (x, y) => (x < 40 ? [10, 200, 30] : [160 + (x % 4), 90, 32 + (y % 2)]));
  expect(await dominant(picture)).toBe('#a25a21');
});

test('transparent parts count as white', async () => {
  expect(await dominant(fromPixels(20, 20, 4, (x) => (x < 8 ? [9, 9, 9, 255] : [200, 0, 0, 0])))).toBe('#ffffff');
});

test.each([
  [1, 1],
  [3, 1],
  [2, 400],
  [5, 5],
])('the preview of a picture of one colour has no pattern, also at %i × %i pixels', async (width, height) => {
  const { placeholder } = await summaryOf(plainPicture(width, height, [230, 20, 40]));
  const { rgba } = thumbHashToRGBA(Buffer.from(placeholder, 'base64'));
  const [red, green, blue] = [0, 1, 2].map((channel) => rgba.filter((_value, index) => index % 4 === channel));
  for (const [values, expected] of [
    [red, 230],
    [green, 20],
    [blue, 40],
  ] as const) {
    expect(Math.min(...(values ?? []))).toBeGreaterThan(expected - 20);
    expect(Math.max(...(values ?? []))).toBeLessThan(expected + 20);
  }
});
