import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createRandom, fromPixels, plainPicture } from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderSet, variantSet } from './test-support/render.ts';

const SIDE = 120;
const round = { name: 'round', width: SIDE, height: SIDE, fit: 'cover', shape: 'circle' };
const square = { name: 'square', width: SIDE, height: SIDE, fit: 'cover' };

/** Nearly every pixel has a colour of its own, as in a photograph. */
function grainy() {
  const random = createRandom(7);
  const grain = () => Math.round(random() * 24);
  return fromPixels(SIDE, SIDE, 3, (x, y) => [x + grain(), y + grain(), 60 + (x >> 1) + grain()]);
}

async function renderBoth(source: Buffer) {
  const [one, other] = await renderSet(source, variantSet(round, square));
  const made = { [one?.variant.name ?? '']: one, [other?.variant.name ?? '']: other };
  if (!made.round || !made.square) throw new Error('A rendition is missing.');
  return { round: made.round.data, square: made.square.data };
}

describe('a round png', () => {
  test('of a photograph has a palette, less than half the bytes of lossless, and nearly its colours', async () => {
    const made = await renderBoth(await grainy().png().toBuffer());
    expect(await metadataOf(made.round)).toMatchObject({ isPalette: true });
    const lossless = await sharp(made.round).png({ compressionLevel: 9 }).toBuffer();
    expect(made.round.byteLength).toBeLessThan(made.square.byteLength / 2);
    expect(made.round.byteLength).toBeLessThanOrEqual(lossless.byteLength);
    const [shown, exact] = [await pixelReader(made.round), await pixelReader(made.square)];
    let sum = 0;
    for (let x = 30; x < 90; x++)
      for (let y = 30; y < 90; y++)
        for (const channel of [0, 1, 2])
          sum += Math.abs((shown.rgb(x, y)[channel] ?? 0) - (exact.rgb(x, y)[channel] ?? 0));
    expect(sum / (60 * 60 * 3)).toBeLessThan(6);
  });

  test.each([
    ['of one colour', plainPicture(SIDE, SIDE, [40, 120, 200])],
    ['of a smooth gradient', fromPixels(SIDE, SIDE, 3, (x) => [x * 2, 40, 250 - x])],
  ])('%s has exactly its colours, in no more bytes than lossless', async (_what, picture) => {
    const made = await renderBoth(await picture.png().toBuffer());
    const [shown, exact] = [await pixelReader(made.round), await pixelReader(made.square)];
    for (let at = 40; at < 80; at++) expect(shown.rgb(at, at)).toEqual(exact.rgb(at, at));
    const lossless = await sharp(made.round).png({ compressionLevel: 9, palette: false }).toBuffer();
    expect(made.round.byteLength).toBeLessThanOrEqual(lossless.byteLength);
  });

  test('keeps clear corners, a smooth edge and a solid centre', async () => {
    const { round: data } = await renderBoth(await grainy().png().toBuffer());
    const pixels = await pixelReader(data);
    expect(pixels.alpha(0, 0)).toBe(0);
    expect(pixels.alpha(SIDE / 2, SIDE / 2)).toBe(255);
    const edge = Array.from({ length: SIDE }, (_, x) => pixels.alpha(x, 20));
    expect(edge.some((alpha) => alpha > 20 && alpha < 235)).toBe(true);
  });
});

test('a png that is not round stays lossless', async () => {
  const source = grainy();
  const { square: data } = await renderBoth(await source.png().toBuffer());
  const [shown, exact] = [await pixelReader(data), await pixelReader(await source.png().toBuffer())];
  for (let at = 0; at < SIDE; at++) expect(shown.rgb(at, at)).toEqual(exact.rgb(at, at));
});
