import { readyManifest } from '@imagemill/manifests';
import { type CategorySpec, loadCategories, SigningKeys, type Visibility } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { createImageView, ImageView } from './image-view.ts';
import { createRenditionUrls } from './rendition-urls.ts';
import { image, imageId, subject, urlsAt } from './test-support/sample-image.ts';

describe('an image of a private category', () => {
  const entry = { name: 'a', width: 9, height: 9, fit: 'cover', format: 'webp', quality: 80 } as const;
  const lazy = { ...entry, format: 'jpeg', when: 'request' } as const;
  const size = { width: 9, height: 9, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
  const source = { ...size, format: 'jpeg' } as const;
  const done = [{ variant: 'a', format: 'webp', width: 9, height: 9, bytes: 7 } as const];
  const keys = SigningKeys.parse(`k:acme:${'ab'.repeat(32)}`);
  const urls = createRenditionUrls({
    cdnBaseUrl: 'http://cdn.test',
    edgeBaseUrl: 'http://edge.test',
    keys,
    ttlSeconds: 3600,
  });
  const categoriesWith = async (visibility: Visibility) => {
    const loaded = await loadCategories({ avatar: { visibility, variants: [entry, lazy] } });
    return { loaded, spec: loaded.get('avatar') as CategorySpec };
  };
  const shown = (view: ImageView) =>
    view.renditions.map(({ url, bytes, expiresAt }) => [
      ...[url.replace(/\?exp=.*/, '?…'), bytes, expiresAt !== undefined],
    ]);
  const signed = ({ revision }: CategorySpec, extension: string) =>
    `http://edge.test/private/5b/${imageId}/${revision}/a.${extension}?…`;

  test.each<[now: Visibility, before: Visibility]>([
    ['signed', 'signed'],
    ['signed', 'public'],
    ['public', 'signed'],
  ])('that is %s today and was finished as %s has URLs that work', async (now, before) => {
    const [{ loaded, spec }, { spec: earlier }] = [await categoriesWith(now), await categoriesWith(before)];
    const made = { source: { ...source, sha256: '' }, summary: { placeholder: '', dominantColour: '#000000' } };
    const manifest = readyManifest(subject, { ...made, ...earlier, done, decided: { skipped: [] }, timingsMs: {} });
    if (manifest.status !== 'ready') throw new Error('not ready');
    const view = createImageView({ categories: loaded, urls })({ from: 'manifest', manifest, status: 'ready' });
    expect(ImageView.parse(view)).toEqual(view);
    expect(view.progress).toEqual({ done: 1, total: 1 });
    const stored = [signed(earlier, 'webp'), 7, true];
    const toMake = (extension: string) => [signed(spec, extension), null, true];
    const expected = {
      'signed/signed': [stored, toMake('jpg')],
      // Its public renditions are about to be deleted: an edge makes private ones.
      'signed/public': [toMake('webp'), toMake('jpg')],
      'public/signed': [stored],
    };
    expect(shown(view)).toEqual(expected[`${now}/${before}` as keyof typeof expected]);
  });

  test.each<[Visibility | undefined, number]>([
    ['signed', 1],
    ['public', 0],
    [undefined, 0],
  ])('shows a rendition in progress only if its worker made it private: %s', async (visibility, count) => {
    const { loaded, spec } = await categoriesWith('signed');
    const revision = visibility === 'signed' ? spec.revision : spec.publicRevision;
    const progress = { revision, ...(visibility && { visibility }), total: 1, source, done };
    const job = { image, status: 'processing', attempts: 1, progress, rejection: undefined } as const;
    const view = createImageView({ categories: loaded, urls })({ from: 'job', job, status: 'processing' });
    const stored = shown(view).filter(([, bytes]) => bytes !== null);
    expect(stored).toEqual(Array(count).fill([signed(spec, 'webp'), 7, true]));
    expect(JSON.stringify(view)).not.toContain('/images/');
  });

  test('has no URLs if its tenant has no signing key', async () => {
    const { loaded, spec } = await categoriesWith('signed');
    const progress = { revision: spec.revision, visibility: 'signed' as const, total: 1, source, done };
    const job = { image, status: 'processing', attempts: 1, progress, rejection: undefined } as const;
    const view = createImageView({ categories: loaded, urls: urlsAt('http://cdn.test') });
    expect(view({ from: 'job', job, status: 'processing' }).renditions).toEqual([]);
  });
});
