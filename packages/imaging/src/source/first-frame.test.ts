import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createImagingEngine } from '../engine.ts';
import { partialGif } from '../test-support/gif.ts';
import * as hostile from '../test-support/hostile/index.ts';
import { animation, plainPicture } from '../test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne, variantSet } from '../test-support/render.ts';
import { firstFrame } from './first-frame.ts';

const colours = [
  [210, 40, 40],
  [40, 160, 60],
  [50, 70, 200],
] as const;
const frames = colours.map((colour) => ({ colour, delayMs: 50 }));
const still = variantSet({ format: 'webp' });

describe.each(['gif', 'webp'] as const)('an animated %s of which only the first frame is used', (format) => {
  test('has the pixels of its first frame', async () => {
    const source = await animation(40, 30, frames, format);
    const cut = firstFrame(source);
    expect(cut.length).toBeLessThan(source.length);
    expect((await metadataOf(cut)).pages ?? 1).toBe(1);
    const [one, other] = await Promise.all([source, cut].map((bytes) => sharp(bytes).raw().toBuffer()));
    expect(one?.equals(other ?? Buffer.of())).toBe(true);
  });

  test('is returned as it is if it is a still', async () => {
    const source = await plainPicture(40, 30, colours[0]).toFormat(format).toBuffer();
    expect(firstFrame(source)).toEqual(source);
  });

  test.each([97, 125, 600, 9_999])('is accepted with %i frames, and reports their number', async (count) => {
    const make = { gif: hostile.manyFramesGif, webp: hostile.manyFramesWebp }[format];
    const engine = await createImagingEngine();
    const bytes = make(count);
    const source = await engine.inspect(bytes, { set: still });
    expect(source).toMatchObject({ format, frames: count });
    await expect(engine.decode(bytes, source, still)).resolves.toBeDefined();
    const animated = variantSet({ format: 'webp', animated: true });
    await expect(engine.inspect(bytes, { set: animated })).rejects.toMatchObject({ code: 'too-many-frames' });
  });
});

test('a WebP keeps the orientation and the copyright that follow its frames', async () => {
  const source = await sharp(await animation(40, 30, frames, 'webp'), { animated: true })
    .withExif({ IFD0: { Copyright: 'Jane' } })
    .withMetadata({ orientation: 6 })
    .webp({ lossless: true })
    .toBuffer();
  const { data, width, height } = await renderOne(source, { format: 'webp', keepMetadata: ['copyright'] });
  expect([width, height]).toEqual([30, 40]);
  expect((await metadataOf(data)).exif?.includes('Jane')).toBe(true);
});

test('a GIF whose later frames alone are transparent is a still without an alpha channel', async () => {
  const whole = { left: 0, top: 0, width: 40, height: 30, colour: 0 } as const;
  const { rgb, alpha } = await pixelReader(
    (await renderOne(partialGif(40, 30, [whole, { ...whole, width: 10, disposal: 2 }]), { format: 'png' })).data,
  );
  expect([rgb(20, 15), alpha(20, 15)]).toEqual([[220, 30, 30], 255]);
});

test('a TIFF of several pages is read as its first page alone, in either byte order', async () => {
  const engine = await createImagingEngine();
  expect(await engine.inspect(hostile.manyDirectoriesTiff(3))).toMatchObject({ format: 'tiff', frames: 1 });
  const { data } = await renderOne(hostile.manyDirectoriesTiff(4_000), { format: 'png' });
  expect((await pixelReader(data)).rgb(0, 0)).toEqual([128, 128, 128]);
});
