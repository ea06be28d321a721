import { describe, expect, test } from 'vitest';
import { type Detector, detectorFrame } from './detector.ts';
import { colourDifference } from './test-support/colour-difference.ts';
import { cornerPicture, fromPixels, type Rgb } from './test-support/pictures.ts';
import { engineOf, pixelReader, variantSet } from './test-support/render.ts';

const [red, green, blue]: readonly [Rgb, Rgb, Rgb] = [
  [200, 30, 30],
  [30, 160, 40],
  [40, 60, 200],
];
/** Three squares beside each other: a crop to a square shows one of them, or parts of two. */
const thirds = await fromPixels(120, 40, 3, (x) => (x < 40 ? red : x < 80 ? green : blue))
  .png()
  .toBuffer();
const set = variantSet({ width: 20, height: 20, fit: 'cover', position: 'face' });

/** A face in the right third, that fills the height. */
const atTheRight: Detector = { detect: async () => [{ left: 0.75, top: 0.1, width: 0.2, height: 0.8 }] };
const failing: Detector = { detect: () => Promise.reject(new Error('It is not there.')) };
const noFaces: Detector = { detect: async () => [] };

async function render(bytes: Uint8Array, detector: Detector | undefined, known: object = {}) {
  const engine = await engineOf({ detector });
  const picture = await engine.decode(bytes, await engine.inspect(bytes), set, known);
  const [made] = await Array.fromAsync(picture.render());
  const { rgb } = await pixelReader(made?.data ?? Buffer.of());
  return { decided: picture.decided, colour: rgb(10, 10) };
}

describe('an entry with the position "face"', () => {
  test('is cropped around the face', async () => {
    const { decided, colour } = await render(thirds, atTheRight);
    expect(decided).toEqual({ chosenFocus: { x: 0.85, y: 0.5, by: 'face' }, skipped: [] });
    expect(colourDifference(colour, blue)).toBeLessThan(3);
  });

  test('is cropped around the focus of the seller, and no face is looked for', async () => {
    const { decided, colour } = await render(thirds, failing, { focus: { x: 0.1, y: 0.5 } });
    expect(decided).toEqual({ chosenFocus: { x: 0.1, y: 0.5, by: 'seller' }, skipped: [] });
    expect(colourDifference(colour, red)).toBeLessThan(3);
  });

  test('is cropped as decided before, and no face is looked for', async () => {
    const chosenFocus = { x: 0.5, y: 0.5, by: 'attention' };
    const { decided, colour } = await render(thirds, atTheRight, { chosenFocus });
    expect(decided).toEqual({ chosenFocus, skipped: [] });
    expect(colourDifference(colour, green)).toBeLessThan(3);
  });

  test('without a face, is cropped around the most salient part', async () => {
    const salient = await fromPixels(120, 40, 3, (x, y) => (x > 90 && x < 110 && (x + y) % 4 < 2 ? red : [90, 90, 90]))
      .png()
      .toBuffer();
    const { decided } = await render(salient, noFaces);
    expect(decided).toMatchObject({ chosenFocus: { by: 'attention' }, skipped: [] });
    expect(decided.chosenFocus?.x).toBeGreaterThan(0.7);
  });

  test('of a picture without detail is cropped at its centre', async () => {
    const plain = await fromPixels(120, 40, 3, () => [128, 128, 128])
      .png()
      .toBuffer();
    expect((await render(plain, noFaces)).decided).toEqual({
      chosenFocus: { x: 0.5, y: 0.5, by: 'centre' },
      skipped: [],
    });
  });

  test.each([
    ['is missing', undefined],
    ['fails', failing],
  ])('is made without the step if the detector %s, which is kept', async (_how, detector) => {
    const { decided } = await render(thirds, detector);
    expect(decided.skipped).toEqual(['faces']);
    expect(decided.chosenFocus?.by).toMatch(/attention|centre/);
  });
});

test('a detector gets the upright picture on white, in the size of a frame', async () => {
  const frames: Uint8Array[] = [];
  const watching: Detector = {
    detect: async (frame) => {
      frames.push(frame);
      return [];
    },
  };
  const sideways = await cornerPicture(80, 60).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
  const clear = await fromPixels(64, 48, 4, () => [0, 0, 0, 0])
    .png()
    .toBuffer();
  await render(sideways, watching);
  await render(clear, watching);
  const [turned, white] = frames;
  const { width, height } = detectorFrame;
  expect(turned).toHaveLength(3 * width * height);
  const upright = await engineOf({ detector: watching });
  const picture = await upright.decode(
    sideways,
    await upright.inspect(sideways),
    variantSet({ width: 80, height: 80 }),
  );
  const [whole] = await Array.fromAsync(picture.render());
  const { rgb } = await pixelReader(whole?.data ?? Buffer.of());
  expect(colourDifference([...(turned ?? []).slice(0, 3)] as unknown as Rgb, rgb(1, 1))).toBeLessThan(8);
  expect(white?.every((value) => value === 255)).toBe(true);
});

test('a set without such an entry has no decision, and no frame is made', async () => {
  const engine = await engineOf({ detector: failing });
  const picture = await engine.decode(
    thirds,
    await engine.inspect(thirds),
    variantSet({ position: 'focus', fit: 'cover' }),
  );
  expect(picture.decided).toEqual({ skipped: [] });
});
