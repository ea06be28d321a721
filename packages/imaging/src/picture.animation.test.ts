import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createImagingEngine } from './engine.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { animation, plainPicture } from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne } from './test-support/render.ts';

const frames = [
  { colour: [210, 40, 40], delayMs: 100 },
  { colour: [40, 160, 60], delayMs: 200 },
  { colour: [50, 70, 200], delayMs: 300 },
] as const;

describe.each(['gif', 'webp'] as const)('an animated %s', (format) => {
  const source = () => animation(100, 60, frames, format);

  test('is inspected as the size of one frame and the number of frames', async () => {
    const facts = await (await createImagingEngine()).inspect(await source());
    expect(facts).toMatchObject({ format, width: 100, height: 60, frames: 3 });
  });

  test.each(['avif', 'webp', 'jpeg', 'png'])('shows its first frame in %s', async (to) => {
    const { data, width, height } = await renderOne(await source(), { width: 50, height: 50, format: to, quality: 95 });
    expect([width, height]).toEqual([50, 30]);
    expect((await metadataOf(data)).pages ?? 1).toBe(1);
    expect(colourDifference((await pixelReader(data)).rgb(25, 15), frames[0].colour)).toBeLessThan(6);
  });

  test.each([
    ['inside its box', { width: 50, height: 50 }, 50, 30],
    ['covering its box', { width: 40, height: 20, fit: 'cover' }, 40, 20],
    ['as a circle', { width: 40, height: 40, fit: 'cover', shape: 'circle' }, 40, 40],
    ['smaller than its box', { width: 500, height: 500 }, 100, 60],
  ])('keeps every frame, its delay and the loop in an animated variant %s', async (_how, entry, width, height) => {
    const made = await renderOne(await source(), { ...entry, format: 'webp', quality: 95, animated: true });
    expect([made.width, made.height]).toEqual([width, height]);
    const facts = await metadataOf(made.data);
    expect(facts).toMatchObject({ width, pageHeight: height, pages: 3, delay: [100, 200, 300], loop: 3 });
    const pixels = await pixelReader(made.data);
    for (const [index, { colour }] of frames.entries()) {
      const top = index * height;
      expect(colourDifference(pixels.rgb(width >> 1, top + (height >> 1)), colour), `frame ${index}`).toBeLessThan(6);
      if ('shape' in entry) expect(pixels.alpha(0, top), `corner of frame ${index}`).toBeLessThan(3);
    }
  });
});

test('a still source gives a still rendition in an animated variant', async () => {
  const { data } = await renderOne(await plainPicture(80, 60, [1, 2, 3]).png().toBuffer(), {
    format: 'webp',
    animated: true,
  });
  expect((await metadataOf(data)).pages ?? 1).toBe(1);
});

test('an animation with a rotated orientation becomes an upright still', async () => {
  const upright = await animation(100, 60, frames, 'webp');
  const rotated = await sharp(upright, { animated: true })
    .withMetadata({ orientation: 6 })
    .webp({ lossless: true })
    .toBuffer();
  const { data } = await renderOne(rotated, { format: 'webp', animated: true, width: 50, height: 50 });
  expect(await metadataOf(data)).toMatchObject({ width: 30, height: 50 });
});

test('a TIFF with several pages is not an animation: only its first page is rendered', async () => {
  const pages = await Promise.all(frames.map(({ colour }) => plainPicture(40, 30, colour).png().toBuffer()));
  const source = await sharp(pages, { join: { animated: true } })
    .tiff({ compression: 'lzw' })
    .toBuffer();
  expect((await sharp(source).metadata()).pages).toBe(3);
  expect(await (await createImagingEngine({ limits: { framesMax: 2 } })).inspect(source)).toMatchObject({ frames: 1 });
  const { data } = await renderOne(source, { format: 'webp', animated: true, quality: 95 });
  expect(await metadataOf(data)).toMatchObject({ width: 40, height: 30 });
});
