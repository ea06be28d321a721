import { planRenditions, type VariantSet, variantSets } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { gradientPicture } from './test-support/pictures.ts';
import { atLowestEffort, metadataOf, renderSet, variantSet } from './test-support/render.ts';

const sets = variantSets();
const product = atLowestEffort(sets.get('product') ?? []);
const avatar = atLowestEffort(sets.get('avatar') ?? []);

const cases: [string, number, number, VariantSet][] = [
  ['product', 2500, 167, product],
  ['product', 231, 1201, product],
  ['product', 7, 3, product],
  ['product', 1, 900, product],
  ['avatar', 600, 401, avatar],
  ['avatar', 200, 300, avatar],
  ['avatar', 1, 1, avatar],
];

describe('every rendition has its planned size and format', () => {
  test.each(cases)('%s of a source of %i×%i', async (_category, width, height, set) => {
    const bytes = await gradientPicture(width, height).png().toBuffer();
    const made = await renderSet(bytes, set);
    expect(made).toHaveLength(set.length);
    for (const plan of planRenditions({ width, height }, set)) {
      const { name, format } = plan.variant;
      const rendition = made.find(({ variant }) => variant.name === name && variant.format === format);
      expect(rendition, `${name}.${format}`).toMatchObject({ width: plan.width, height: plan.height });
      const facts = await metadataOf(rendition?.data ?? Buffer.of());
      expect(facts, `${name}.${format}`).toMatchObject({
        width: plan.width,
        height: plan.height,
        format: format === 'avif' ? 'heif' : format,
        ...(format === 'avif' && { compression: 'av1' }),
      });
    }
  });
});

describe('the longest side that a set allows can be encoded', () => {
  const set = variantSet(
    ...['avif', 'webp', 'jpeg', 'png'].map((format) => ({ format, width: 16_383, height: 16_383, quality: 50 })),
  );

  test.each([16_383, 16_384, 20_000])('of a source that is %i pixels long', async (length) => {
    for (const landscape of [true, false]) {
      const [width, height] = landscape ? [length, 2] : [2, length];
      const made = await renderSet(await gradientPicture(width, height).jpeg().toBuffer(), set);
      expect(made).toHaveLength(4);
      for (const { data } of made) {
        const facts = await metadataOf(data);
        expect([facts.width, facts.height]).toEqual(landscape ? [16_383, 2] : [2, 16_383]);
      }
    }
  });
});
