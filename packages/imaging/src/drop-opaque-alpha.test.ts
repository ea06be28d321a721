import { describe, expect, test } from 'vitest';
import { colourDifference } from './test-support/colour-difference.ts';
import { fromPixels, gradientPicture } from './test-support/pictures.ts';
import { metadataOf, pixelReader, renderOne } from './test-support/render.ts';

const opaque = () => gradientPicture(60, 40).ensureAlpha().png().toBuffer();
const formats = ['avif', 'webp', 'png'];

describe('a fully opaque alpha channel', () => {
  test('is in the fixture', async () => {
    expect(await metadataOf(await opaque())).toMatchObject({ hasAlpha: true, channels: 4 });
  });

  test.each(formats)('is not stored in %s, and its removal changes no pixel', async (format) => {
    const plain = await gradientPicture(60, 40).png().toBuffer();
    for (const side of [60, 20]) {
      const entry = { format, width: side, height: side };
      const { data } = await renderOne(await opaque(), entry);
      expect(await metadataOf(data)).toMatchObject({ hasAlpha: false });
      expect(Buffer.compare(Buffer.from(data), Buffer.from((await renderOne(plain, entry)).data))).toBe(0);
    }
  });

  test('is restored for a round variant', async () => {
    const round = { format: 'png', fit: 'cover', shape: 'circle', width: 30, height: 30 };
    const { alpha } = await pixelReader((await renderOne(await opaque(), round)).data);
    expect([alpha(0, 0), alpha(15, 15)]).toEqual([0, 255]);
  });
});

test.each(formats)('a single, barely transparent pixel keeps the alpha channel of %s', async (format) => {
  const source = fromPixels(40, 40, 4, (x, y) => [200, 90, 20, x === 39 && y === 39 ? 250 : 255]);
  const { data } = await renderOne(await source.png().toBuffer(), { format, quality: 95 });
  expect(await metadataOf(data)).toMatchObject({ hasAlpha: true });
  expect(colourDifference((await pixelReader(data)).rgb(20, 20), [200, 90, 20])).toBeLessThan(3);
});
