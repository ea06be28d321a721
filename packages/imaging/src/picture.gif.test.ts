import { describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { type GifFrame, palette, partialGif } from './test-support/gif.ts';
import { inspectionOf, outcomeOf } from './test-support/rejection.ts';
import { metadataOf, pixelReader, renderOne, variantSet } from './test-support/render.ts';

const whole = { left: 0, top: 0, width: 40, height: 30, colour: 1 } as const;
const part = { left: 10, top: 8, width: 20, height: 16, colour: 0 } as const;
const gif = (...frames: GifFrame[]) => partialGif(40, 30, frames);
const still = { width: 40, height: 30, quality: 95 };
const WHITE = [255, 255, 255] as const;

describe('a GIF whose first frame does not cover its canvas', () => {
  test.each(['png', 'webp', 'avif'])('is transparent around it in %s', async (format) => {
    const { rgb, alpha } = await pixelReader((await renderOne(gif(part), { ...still, format })).data);
    for (const [x, y] of [
      [0, 0],
      [39, 0],
      [0, 29],
      [39, 29],
      [20, 4],
    ] as const)
      expect(alpha(x, y)).toBeLessThan(3);
    expect(alpha(20, 16)).toBe(255);
    expect(colourDifference(rgb(20, 16), palette[0])).toBeLessThan(6);
  });

  test('is white around it in jpeg', async () => {
    const { rgb } = await pixelReader((await renderOne(gif(part), { ...still, format: 'jpeg' })).data);
    expect(colourDifference(rgb(0, 0), WHITE)).toBeLessThan(3);
    expect(colourDifference(rgb(20, 16), palette[0])).toBeLessThan(6);
  });

  test.each([
    ['on the left', { ...whole, left: 1, width: 39 }],
    ['at the top', { ...whole, top: 1, height: 29 }],
    ['on the right', { ...whole, width: 39 }],
    ['at the bottom', { ...whole, height: 29 }],
  ])('is also transparent if only one line %s is empty', async (_where, frame) => {
    const { data } = await renderOne(gif(frame), { ...still, format: 'png' });
    expect((await metadataOf(data)).hasAlpha).toBe(true);
  });

  test('is inspected as transparent, with its own number of frames', async () => {
    const engine = await createImagingEngine();
    expect(await engine.inspect(gif(part))).toMatchObject({ format: 'gif', frames: 1, hasAlpha: true });
    expect(await engine.inspect(gif(part, whole, part))).toMatchObject({ frames: 3, hasAlpha: true });
    expect(await engine.inspect(gif(whole, part))).toMatchObject({ frames: 2, hasAlpha: false });
  });

  test('is rendered if it is truncated after a frame', async () => {
    const bytes = gif(part, whole);
    const cut = bytes.subarray(0, gif(part).length - 1);
    const { alpha } = await pixelReader((await renderOne(cut, { ...still, format: 'png' })).data);
    expect([alpha(0, 0), alpha(20, 16)]).toEqual([0, 255]);
  });
});

test('a GIF that covers its canvas stays opaque', async () => {
  const { data } = await renderOne(gif(whole), { ...still, format: 'png' });
  expect((await metadataOf(data)).hasAlpha).toBe(false);
});

describe('an animated variant of a GIF', () => {
  const animated = { ...still, format: 'webp', animated: true, quality: 100 };

  test('is transparent until a frame covers the canvas, and has no extra frame', async () => {
    const { data } = await renderOne(gif(part, { ...part, left: 0, colour: 2 }, whole), animated);
    expect(await metadataOf(data)).toMatchObject({ pages: 3, pageHeight: 30, delay: [100, 100, 100] });
    const { alpha, rgb } = await pixelReader(data);
    expect(colourDifference(rgb(20, 16), palette[0])).toBeLessThan(8);
    const left = [0, 30, 60].map((top) => alpha(5, top + 16));
    const corner = [0, 30, 60].map((top) => alpha(39, top));
    expect({ left, corner }).toEqual({ left: [0, 255, 255], corner: [0, 0, 255] });
  });
});

describe('limits of frames and pixels', () => {
  const many = gif(...Array.from({ length: 90 }, () => whole));
  const limits = { framesMax: 60, pixelsMax: 40 * 30 * 60 };
  const inspect = async (animated: boolean) =>
    (await createImagingEngine({ limits })).inspect(many, { set: variantSet({ format: 'webp', animated }) });

  test('ignore all but the first frame if no variant is animated', async () => {
    expect(await inspect(false)).toMatchObject({ frames: 90 });
    const { data } = await renderOne(many, { ...still, format: 'webp' }, { limits: { framesMax: 90 } });
    expect((await metadataOf(data)).pages ?? 1).toBe(1);
  });

  test('include every frame if a variant is animated, or if no set is given', async () => {
    await expect(inspect(true)).rejects.toMatchObject({ code: 'too-many-frames' });
    expect(await inspectionOf(many, { limits })).toBe('too-many-frames');
    expect(await inspectionOf(many, { limits: { ...limits, framesMax: 90 } })).toBe('too-many-pixels');
  });
});

test('blocks with false sizes or endless repetition are rejected fast', async () => {
  const head = gif().subarray(0, 13 + 12);
  const comments = Buffer.alloc(3 * 200_000, Buffer.of(0x21, 0xfe, 0));
  expect(await outcomeOf(Buffer.concat([head, comments]))).toBe('too-complex');
  const files = [
    Buffer.concat([head, Buffer.of(0x21, 0xf9), Buffer.alloc(8 * 2 ** 20, 1)]),
    Buffer.concat([head, Buffer.of(0x2c), Buffer.alloc(9, 0xff)]),
    head,
  ];
  for (const bytes of files) expect(['corrupt', 'too-complex']).toContain(await outcomeOf(bytes));
});
