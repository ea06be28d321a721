import sharp from 'sharp';
import { expect, test } from 'vitest';
import { detectorFrame, largerFrame } from './detector.ts';
import { frameOf } from './frame-of.ts';

/** Red grows to the right, green grows downwards. */
function gradients(width: number, height: number, channels: 3 | 4 = 3) {
  const data = Buffer.alloc(width * height * channels, 255);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      data.set(
        [(255 * x) / Math.max(1, width - 1), (255 * y) / Math.max(1, height - 1), 128],
        (y * width + x) * channels,
      );
  return { data, raw: { width, height, channels } };
}

test.each([
  ['larger than the frame', 900, 700],
  ['a little smaller', 600, 400],
  ['wider and less high', 800, 400],
  ['higher and less wide', 400, 800],
  ['tiny', 20, 20],
])('a frame shows a picture that is %s as libvips would, except for sharp edges', async (_what, width, height) => {
  const { data, raw } = gradients(width, height);
  for (const size of [detectorFrame, largerFrame]) {
    const expected = await sharp(data, { raw }).resize(size.width, size.height, { fit: 'fill' }).raw().toBuffer();
    const frame = await frameOf({ data, raw }, size);
    expect(frame.length).toBe(expected.length);
    // Half of the step between two pixels of the picture, which is 255 / 19 in the tiny one.
    const furthest = frame.reduce((most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? 0))), 0);
    expect(furthest).toBeLessThanOrEqual(width === 20 ? 10 : 3);
  }
});

test.each([
  [1, 1],
  [1, 5_000],
  [5_000, 1],
])('a picture of %i × %i pixels fills the frame', async (width, height) => {
  const frame = await frameOf(gradients(width, height), largerFrame);
  expect(frame).toHaveLength(3 * largerFrame.width * largerFrame.height);
  expect(frame.filter((_value, at) => at % 3 === 2).every((value) => value === 128)).toBe(true);
});

test('what is transparent is white', async () => {
  const { data, raw } = gradients(30, 30, 4);
  for (let at = 3; at < data.length; at += 4) data[at] = 0;
  expect((await frameOf({ data, raw }, detectorFrame)).every((value) => value === 255)).toBe(true);
});
