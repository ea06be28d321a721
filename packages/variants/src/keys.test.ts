import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deletionKey,
  Format,
  finishedKey,
  ImageId,
  loadCategories,
  manifestKey,
  originalKey,
  parseDeletionKey,
  parseOriginalKey,
  parsePreviewKey,
  parseRenditionKey,
  parseTombstoneKey,
  plannedRenditions,
  previewKey,
  publicUrl,
  renditionFolder,
  renditionKey,
  SourceMediaType,
  sizeKey,
  skipOriginals,
  Tenant,
  timeOfId,
  tombstoneKey,
  VariantName,
  Visibility,
} from './index.ts';

const imageId = ImageId.parse('0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
const tenant = Tenant.parse('acme');

describe('keys', () => {
  test('have the documented form', () => {
    const [category, contentType] = ['product', 'image/jpeg'] as const;
    expect(originalKey({ tenant, category, imageId, contentType })).toBe(
      `originals/acme/product/${imageId}/original.jpg`,
    );
    expect(manifestKey(imageId)).toBe(`manifests/5b/${imageId}.json`);
    expect(deletionKey(imageId)).toBe(`deletions/5b/${imageId}.json`);
    expect(tombstoneKey(imageId, new Date('2026-11-29T23:59:59Z'))).toBe(`tombstones/2026-11-29/${imageId}`);
    expect(finishedKey({ tenant, category, imageId })).toBe(`finished/acme/product/${imageId}`);
    expect(
      renditionKey({ imageId, revision: 'abc123', visibility: 'public', variant: 'round-small', format: 'png' }),
    ).toBe(`images/5b/${imageId}/abc123/round-small.png`);
    const thumb = { imageId, revision: 'abc123', variant: 'thumb', format: 'avif' } as const;
    expect(renditionKey({ ...thumb, visibility: 'signed' })).toBe(`private/5b/${imageId}/abc123/thumb.avif`);
  });

  test('of records and renditions spread over 256 prefixes, even for ids of the same millisecond', () => {
    const ids = Array.from({ length: 5_000 }, () => ImageId.parse(`0199a1b2-c3d4-7${randomUUID().slice(15)}`));
    const shards = (keyOf: (id: ImageId) => string) => new Set(ids.map((id) => keyOf(id).split('/')[1])).size;
    expect([shards(manifestKey), shards(deletionKey)]).toEqual([256, 256]);
    expect(shards((id) => renditionFolder({ imageId: id, visibility: 'public' }))).toBe(256);
  });

  test('of originals can be parsed back into their parts', () => {
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

  test('of originals outside of a period are skipped: up to its first id, or to the next category', () => {
    const original = (category: string, id: string) =>
      originalKey({ tenant, category, imageId: ImageId.parse(id), contentType: 'image/jpeg' });
    const key = original('product', imageId);
    const created = timeOfId(imageId).getTime();
    const period = (from: number, until: number) => ({
      from: new Date(created + from),
      until: new Date(created + until),
    });
    expect(skipOriginals(key, period(0, 0))).toBe(key);
    expect(skipOriginals(`${key}/other`, period(1, 1))).toBe(`${key}/other`);
    const first = skipOriginals(key, period(1, 1));
    expect(first).toBe('originals/acme/product/0199a1b2-c3d5');
    expect(first < original('product', imageId.replace('c3d4', 'c3d5'))).toBe(true);
    const beyond = skipOriginals(key, period(-1, -1));
    expect(beyond > original('product', 'ffffffff-ffff-7fff-bfff-ffffffffffff')).toBe(true);
    expect(beyond < original('shoes', imageId)).toBe(true);
  });

  test('of tombstones are ordered by day and can be parsed back, and no other key is taken for one', () => {
    const key = tombstoneKey(imageId, new Date('2026-11-29T23:59:59Z'));
    expect(parseTombstoneKey(key)).toEqual({ imageId, deletedAt: new Date('2026-11-29T00:00:00Z') });
    for (const other of [
      `${key}/x`,
      key.slice(0, -1),
      key.replace('29', '31'),
      key.replace('tombstones', 'tombstone'),
    ]) {
      expect(parseTombstoneKey(other)).toBeUndefined();
    }
  });

  test('of previews are ordered by age and can be parsed back, and no other key is taken for one', () => {
    const key = previewKey(imageId);
    expect(key).toBe(`previews/${imageId}.jpg`);
    expect(parsePreviewKey(key)).toBe(imageId);
    for (const other of [`${key}/x`, key.slice(0, -1), key.replace('previews', 'preview'), 'previews/x.jpg']) {
      expect(parsePreviewKey(other)).toBeUndefined();
    }
  });

  test('of sizes can be told from those of every variant', () => {
    const address = { imageId, revision: 'rev', visibility: 'public', format: 'jpeg' } as const;
    const key = sizeKey({ ...address, size: 'w300_inside_q80' });
    expect(key).toBe(`images/5b/${imageId}/rev/w300_inside_q80.jpg`);
    expect(parseRenditionKey(key)).toEqual({ imageId, revision: 'rev', visibility: 'public', isSize: true });
    expect(parseRenditionKey(renditionKey({ ...address, variant: 'thumb' }))).toMatchObject({ isSize: false });
    expect(VariantName.safeParse('w300_inside_q80').success).toBe(false);
  });

  test('of renditions and deletion marks can be parsed back into their image', () => {
    const addresses = fc.record({
      imageId: fc.uuid({ version: 7 }).map((id) => ImageId.parse(id)),
      revision: fc.stringMatching(/^[0-9a-f]{12}$/),
      variant: fc.constantFrom('thumb', 'round-small'),
      format: fc.constantFrom(...Format.options),
      visibility: fc.constantFrom(...Visibility.options),
    });
    fc.assert(
      fc.property(addresses, (address) => {
        const { imageId, revision, visibility } = address;
        expect(parseRenditionKey(renditionKey(address))).toEqual({ imageId, revision, visibility, isSize: false });
        expect(parseDeletionKey(deletionKey(imageId))).toBe(imageId);
      }),
    );
  });

  test.each([
    `images/${imageId}/abc/small.webp`,
    `images/5c/${imageId}/abc/small.webp`,
    `images/5b/${imageId}/abc/small.webp/more`,
    `images/5b/${imageId}/abc`,
    `images/5b/not-an-id/abc/small.webp`,
    `deletions/acme/${imageId}.json`,
    `deletions/5c/${imageId}.json`,
    `deletions/5b/${imageId}.txt`,
    '',
  ])('%j is not parsed as a rendition or a deletion mark', (key) => {
    expect([parseRenditionKey(key), parseDeletionKey(key)]).toEqual([undefined, undefined]);
  });

  test.each([
    `originals/acme/product/${imageId}/original.exe`,
    `originals/acme/product/${imageId.toUpperCase()}/original.jpg`,
    `originals/acme/product/${imageId}/original.jpg/more`,
    `originals/acme/product/not-an-id/original.jpg`,
    `originals/acme/../product/${imageId}/original.jpg`,
    `originals/ACME/product/${imageId}/original.jpg`,
    `images/5b/${imageId}/abc/small.webp`,
    `x/originals/acme/product/${imageId}/original.jpg`,
    '',
  ])('%j is not parsed as an original', (key) => {
    expect(parseOriginalKey(key)).toBeUndefined();
  });

  test('of another tenant cannot be reached through a tenant name', () => {
    for (const name of ['a/b', '..', 'a.b', 'Acme', '', 'a'.repeat(64), '-a', 'a%2fb']) {
      expect(Tenant.safeParse(name).success, name).toBe(false);
    }
  });
});

test('there is a planned rendition for every entry of the set, and a trailing slash of the CDN base is optional', async () => {
  const spec = (await loadCategories()).get('avatar');
  if (!spec) throw new Error('There is no avatar set.');
  const planned = plannedRenditions(imageId, spec);
  expect(planned).toHaveLength(13);
  expect(planned[0]).toEqual({
    variant: 'small',
    format: 'avif',
    key: `images/5b/${imageId}/${spec.revision}/small.avif`,
  });
  expect(publicUrl('https://cdn.test/x/', 'images/a')).toBe('https://cdn.test/x/images/a');
});
