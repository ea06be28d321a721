import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ImageId,
  loadCategories,
  manifestKey,
  originalKey,
  parseOriginalKey,
  plannedRenditions,
  renditionKey,
  SourceMediaType,
  Tenant,
} from './index.ts';

const imageId = ImageId.parse('0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
const tenant = Tenant.parse('acme');

describe('keys', () => {
  test('are the documented ones', () => {
    const contentType = 'image/jpeg';
    expect(originalKey({ tenant, category: 'product', imageId, contentType })).toBe(
      `originals/acme/product/${imageId}/original.jpg`,
    );
    expect(manifestKey({ tenant, imageId })).toBe(`manifests/acme/${imageId}.json`);
    expect(renditionKey({ imageId, revision: 'abc123', variant: 'round-small', format: 'png' })).toBe(
      `images/${imageId}/abc123/round-small.png`,
    );
  });

  test('of originals say all that made them', () => {
    const addresses = fc.record({
      tenant: fc.stringMatching(/^[a-z0-9]{1,20}$/).map((text) => Tenant.parse(text)),
      category: fc.constantFrom('product', 'avatar', 'own-set'),
      imageId: fc.uuid({ version: 7 }).map((id) => ImageId.parse(id)),
      contentType: fc.constantFrom(...SourceMediaType.options),
    });
    fc.assert(
      fc.property(addresses, (address) => {
        expect(parseOriginalKey(originalKey(address))).toEqual(address);
      }),
    );
  });

  test.each([
    `originals/acme/product/${imageId}/original.exe`,
    `originals/acme/product/not-an-id/original.jpg`,
    `originals/acme/../product/${imageId}/original.jpg`,
    `originals/ACME/product/${imageId}/original.jpg`,
    `images/${imageId}/abc/small.webp`,
    `x/originals/acme/product/${imageId}/original.jpg`,
    '',
  ])('that are not an original, like %j, are not taken for one', (key) => {
    expect(parseOriginalKey(key)).toBeUndefined();
  });

  test('of another tenant can not be reached through a tenant name', () => {
    for (const name of ['a/b', '..', 'a.b', 'Acme', '', 'a'.repeat(64), '-a', 'a%2fb']) {
      expect(Tenant.safeParse(name).success, name).toBe(false);
    }
  });
});

test('planned URLs name every entry of the set, under the CDN base with or without a slash', async () => {
  const spec = (await loadCategories()).get('avatar');
  if (!spec) throw new Error('no avatar set');
  const planned = plannedRenditions({ imageId, ...spec, cdnBaseUrl: 'https://cdn.test/x/' });
  expect(planned).toHaveLength(13);
  expect(planned[0]).toEqual({
    variant: 'small',
    format: 'avif',
    url: `https://cdn.test/x/images/${imageId}/${spec.revision}/small.avif`,
  });
});
