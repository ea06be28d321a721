import { putRendition, readyManifest } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { CACHE_IMMUTABLE, type CategorySpec, loadCategories, renditionFolder, renditionKey } from '@imagemill/variants';
import { describe, expect, test, vi } from 'vitest';
import { createReconcileHarness, type ReconcileHarness, skipSettlingTime } from '../test-support/reconcile-harness.ts';
import { job } from '../test-support/render-harness.ts';

const entry = { name: 'tiny', width: 8, height: 8, fit: 'cover', format: 'webp', quality: 60 } as const;
const variants = [entry];
const other = [{ ...entry, quality: 61 }];
const before = await loadCategories({ papers: variants, shots: variants });
const kind = 'public-rendition-of-private-image';
const never = new AbortController().signal;

/** After the change. `shots` stays public, and has the set that `papers` had. */
const changes = {
  'with the same variants': { papers: { visibility: 'signed', variants }, shots: variants },
  'with other variants': { papers: { visibility: 'signed', variants: other }, shots: variants },
} as const;

const keyOf = (image: RenderImage, visibility: 'public' | 'signed', revision: string) =>
  renditionKey({ ...image, revision, visibility, variant: 'tiny', format: 'webp' });

/** An image that was finished before the change, with a size that an edge has made. */
async function finishedBefore(all: ReconcileHarness, category = 'papers'): Promise<RenderImage> {
  const image = job({}, category);
  const { set, revision, visibility } = before.get(category) as CategorySpec;
  await all.put(image.originalKey);
  const rendition = { key: keyOf(image, 'public', revision), format: 'webp' as const, body: Buffer.from('picture') };
  await putRendition(all.cdn, rendition, never);
  const size = `${renditionFolder({ ...image, visibility, revision })}w9_inside_q80.webp`;
  await all.cdn.put({ key: size, body: Buffer.from('x'), contentType: 'image/webp', cacheControl: CACHE_IMMUTABLE });
  const facts = await all.originals.head(image.originalKey);
  const source = {
    format: 'jpeg' as const,
    width: 9,
    height: 9,
    orientation: 1,
    colourSpace: 'srgb',
    hasAlpha: false,
    frames: 1,
    bytes: 1,
    sha256: '',
  };
  const done = [{ variant: 'tiny', format: 'webp', width: 8, height: 8, bytes: 7 } as const];
  const made = { set, revision, visibility, source, done, timingsMs: {}, decided: { skipped: [] } };
  const summary = { placeholder: '', dominantColour: '#000000' };
  await all.manifests.publish(readyManifest({ image, facts, attempts: 1 }, { ...made, summary }), undefined);
  return image;
}

const publicKeys = async (all: ReconcileHarness, { imageId }: RenderImage) => {
  const { objects } = await all.cdn.list({ prefix: renditionFolder({ imageId, visibility: 'public' }) });
  return objects.map(({ key }) => key);
};
const revision = before.get('papers')?.revision ?? '';

describe.each(Object.entries(changes))('when a category becomes private %s', (_how, ownSets) => {
  test('its renditions are moved with their bytes, nothing public stays, and the CDN is purged', async () => {
    const all = await createReconcileHarness({ ownSets });
    const image = await finishedBefore(all);
    const found = new Set((await all.round()).found.map((finding) => finding.kind));
    expect(found).toEqual(new Set([kind]));
    expect(await publicKeys(all, image)).toEqual([]);
    const key = keyOf(image, 'signed', revision);
    const facts = await all.cdn.head(key);
    expect(facts).toMatchObject({ contentType: 'image/webp', cacheControl: 'private', sizeBytes: 7 });
    expect(facts?.metadata).toHaveProperty('sha256');
    const manifest = (await all.manifests.read(image.imageId))?.manifest;
    expect(manifest).toMatchObject({ status: 'ready', revision, renditions: [{ key, bytes: 7 }] });
    expect(await all.pendingPurges()).toContainEqual({ imageId: image.imageId, reason: 'made-private' });
    expect((await all.round()).found).toEqual([]);
  });

  test('images of a public category with the same variants are not touched', async () => {
    const all = await createReconcileHarness({ ownSets });
    const image = await finishedBefore(all, 'shots');
    expect((await all.round()).found).toEqual([]);
    expect(await publicKeys(all, image)).toHaveLength(2);
  });

  test('a dry run reports it, and changes nothing', async () => {
    const all = await createReconcileHarness({ ownSets });
    const image = await finishedBefore(all);
    expect((await all.round({ dryRun: true })).found).toContainEqual({ kind, imageId: image.imageId });
    expect(await publicKeys(all, image)).toHaveLength(2);
  });
});

describe('what is left public of a private image', () => {
  const ownSets = changes['with the same variants'];

  test('is deleted after a move that died half-way', async () => {
    const all = await createReconcileHarness({ ownSets });
    const image = await finishedBefore(all);
    const left = { key: keyOf(image, 'public', 'abc'), body: Buffer.from('x'), contentType: 'image/webp' };
    await all.round();
    // Also by an edge that still has the earlier variant sets.
    await all.cdn.put({ ...left, cacheControl: CACHE_IMMUTABLE });
    expect((await all.round()).found).toEqual([{ kind, imageId: image.imageId }]);
    expect(await publicKeys(all, image)).toEqual([]);
  });

  test('is deleted if the original is gone, and its pictures stay', async () => {
    const all = await createReconcileHarness({ ownSets });
    const image = await finishedBefore(all);
    await all.originals.delete(image.originalKey);
    expect((await all.round()).found).toEqual([{ kind, imageId: image.imageId }]);
    expect(await publicKeys(all, image)).toEqual([]);
    expect(await all.cdn.head(keyOf(image, 'signed', revision))).toBeDefined();
  });

  test('does not come back into the manifest if the image is deleted during the move', async () => {
    const all = await createReconcileHarness({ ownSets });
    const image = await finishedBefore(all);
    const put: typeof all.cdn.put = async (object, options) => {
      await all.deletions.begin(image);
      return all.cdn.put(object, options);
    };
    await all.round({ cdn: { ...all.cdn, put } });
    expect((await all.manifests.read(image.imageId))?.manifest.status).toBe('deleted');
  });
});

describe('when a category becomes public again', () => {
  test.each(Object.entries(changes))(
    'private renditions are deleted after the grace period: %s',
    async (_how, ownSets) => {
      const signed = (await loadCategories(ownSets)).get('papers')?.revision ?? '';
      const all = await createReconcileHarness({ ownSets: { papers: variants, shots: variants } });
      const image = await finishedBefore(all);
      // One that was moved, and one that was rendered while the category was private.
      const keys = [revision, signed].map((each) => keyOf(image, 'signed', each));
      for (const key of keys) await putRendition(all.cdn, { key, format: 'webp', body: Buffer.from('x') }, never);
      expect((await all.round()).found).toEqual([]);
      skipSettlingTime();
      const found = new Set((await all.round()).found.map((finding) => finding.kind));
      vi.useRealTimers();
      expect(found).toEqual(new Set(['old-size', 'superseded-rendition']));
      const left = await Promise.all(keys.map((key) => all.cdn.head(key)));
      expect(left).toEqual([undefined, undefined]);
      expect(await all.cdn.head(keyOf(image, 'public', revision))).toBeDefined();
    },
  );
});
