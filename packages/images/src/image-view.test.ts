import { readyManifest, rejectedManifest } from '@imagemill/manifests';
import { loadCategories, publicUrl, renditionKey, type SourceFacts, type VariantSet } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { createImageView, ImageView } from './image-view.ts';
import { image, imageId, subject, urlsAt } from './test-support/sample-image.ts';

const categories = await loadCategories();
const { set = [], revision = '' } = categories.get('avatar') ?? {};

test("the URLs of a finished image's renditions follow CDN_BASE_URL, whatever it was when they were made", () => {
  const done = set.map(({ name, format }) => ({ variant: name, format, width: 1, height: 1, bytes: 1 }));
  const size = { width: 1, height: 1, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
  const source = { ...size, format: 'jpeg', sha256: '' } as const;
  const summary = { placeholder: '', dominantColour: '#000000' };
  const manifest = readyManifest(subject, {
    set,
    revision,
    visibility: 'public',
    source,
    summary,
    done,
    decided: { skipped: [] },
    timingsMs: {},
  });
  expect(JSON.stringify(manifest)).not.toContain('http');
  if (manifest.status !== 'ready') throw new Error('not ready');
  for (const cdnBaseUrl of ['http://cdn.test', 'https://other.test/path/']) {
    const view = createImageView({ categories, urls: urlsAt(cdnBaseUrl) })({
      from: 'manifest',
      manifest,
      status: 'ready',
    });
    const urls = set.map(({ name: variant, format }) =>
      publicUrl(cdnBaseUrl, renditionKey({ imageId, revision, visibility: 'public', variant, format })),
    );
    expect(view.renditions.map(({ url }) => url)).toEqual(urls);
    expect(view.renditions[0]).not.toHaveProperty('key');
  }
});

test('a rejected image shows why, and no renditions', () => {
  const manifest = rejectedManifest(subject, { code: 'corrupt', publicMessage: 'The file is damaged.' });
  if (manifest.status !== 'rejected') throw new Error('not rejected');
  const view = createImageView({ categories, urls: urlsAt('http://cdn.test') });
  expect(view({ from: 'manifest', manifest, status: 'rejected' })).toMatchObject({
    status: 'rejected',
    renditions: [],
    error: { code: 'corrupt', message: 'The file is damaged.' },
  });
});

test('what an original says about its origin is beside the facts about it', async () => {
  const provenance = { c2pa: true };
  const source: SourceFacts = {
    format: 'jpeg',
    width: 3,
    height: 2,
    orientation: 1,
    colourSpace: 'srgb',
    hasAlpha: false,
    frames: 1,
    bytes: 9,
    provenance,
  };
  const progress = { revision: 'r', total: 1, source, done: [] };
  const job = { image, status: 'processing', attempts: 1, progress, rejection: undefined } as const;
  const view = createImageView({ categories: await loadCategories({}), urls: urlsAt('http://cdn.test') });
  const shown = view({ from: 'job', job, status: 'processing' });
  expect(shown.provenance).toEqual(provenance);
  expect(shown.source).not.toHaveProperty('provenance');
  expect(ImageView.parse(shown)).toEqual(shown);
});

describe('entries that are made on their first request', () => {
  const entry = { name: 'big', width: 100, height: 100, fit: 'inside', format: 'avif', quality: 60 } as const;
  const lazy = { ...entry, format: 'webp', when: 'request' } as const;
  const source: SourceFacts = {
    format: 'jpeg',
    width: 300,
    height: 150,
    orientation: 1,
    colourSpace: 'srgb',
    hasAlpha: false,
    frames: 1,
    bytes: 1000,
  };
  const sets = async (...entries: object[]) => {
    const loaded = await loadCategories({ avatar: entries });
    const spec = loaded.get('avatar');
    if (!spec) throw new Error('There is no category.');
    return { loaded, ...spec };
  };
  const planned = (revision: string) => ({
    variant: 'big',
    format: 'webp',
    url: publicUrl(
      'http://cdn.test',
      renditionKey({ imageId, revision, visibility: 'public', variant: 'big', format: 'webp' }),
    ),
    width: 100,
    height: 50,
    bytes: null,
    planned: true,
  });
  const done = [{ variant: 'big', format: 'avif', width: 100, height: 50, bytes: 7 }] as const;

  test('have the largest possible size while their trimming is unknown', async () => {
    const { loaded, revision } = await sets(entry, { ...lazy, trim: 10 });
    const job = {
      image,
      status: 'processing' as const,
      attempts: 1,
      rejection: undefined,
      progress: { revision, total: 1, source, done: [] },
    };
    const show = createImageView({ categories: loaded, urls: urlsAt('http://cdn.test') });
    const view = show({ from: 'job', job, status: 'processing' });
    expect(view.renditions).toEqual([{ ...planned(revision), height: 100, atMost: true }]);
  });

  test.each(['queued', 'processing'] as const)(
    'are listed while the image is %s, beside its progress',
    async (status) => {
      const { loaded, revision } = await sets(entry, lazy);
      const job = {
        image,
        status,
        attempts: 1,
        progress: { revision, total: 1, source, done: [...done] },
        rejection: undefined,
      };
      const view = createImageView({ categories: loaded, urls: urlsAt('http://cdn.test') })({
        from: 'job',
        job,
        status,
      });
      expect(view.progress).toEqual({ done: 1, total: 1 });
      expect(view.renditions).toEqual([expect.objectContaining(done[0]), planned(revision)]);
      expect(ImageView.parse(view)).toEqual(view);
    },
  );

  test('are not counted before a worker has read the original', async () => {
    const { loaded } = await sets(entry, lazy);
    const job = { image, status: 'queued', attempts: 0, progress: undefined, rejection: undefined } as const;
    const view = createImageView({ categories: loaded, urls: urlsAt('http://cdn.test') });
    expect(view({ from: 'job', job, status: 'queued' })).toMatchObject({
      progress: { done: 0, total: 1 },
      renditions: [],
    });
  });

  test('are not listed for an image that will have no renditions', async () => {
    const { loaded, revision } = await sets(entry, lazy);
    const progress = { revision, total: 1, source, done: [] };
    const job = { image, status: 'failed', attempts: 5, progress, rejection: undefined } as const;
    const view = createImageView({ categories: loaded, urls: urlsAt('http://cdn.test') });
    expect(view({ from: 'job', job, status: 'failed' }).renditions).toEqual([]);
  });

  const readyView = async (current: Awaited<ReturnType<typeof sets>>, of: { set: VariantSet; revision: string }) => {
    const summary = { placeholder: '', dominantColour: '#000000' };
    const made = {
      set: of.set,
      revision: of.revision,
      visibility: 'public' as const,
      source: { ...source, sha256: '' },
      summary,
      done,
      decided: { skipped: [] },
      timingsMs: {},
    };
    const manifest = readyManifest(subject, made);
    if (manifest.status !== 'ready') throw new Error('not ready');
    const view = createImageView({ categories: current.loaded, urls: urlsAt('http://cdn.test') });
    return view({ from: 'manifest', manifest, status: 'ready' });
  };

  test('are listed for a finished image, which does not wait for them', async () => {
    const current = await sets(entry, lazy);
    const view = await readyView(current, current);
    expect(view.progress).toEqual({ done: 1, total: 1 });
    expect(view.renditions).toEqual([expect.objectContaining(done[0]), planned(current.revision)]);
  });

  test('are listed for a finished image even if uploads make them by now', async () => {
    const before = await sets(entry, lazy);
    const view = await readyView(await sets(entry, { ...lazy, when: 'upload' }), before);
    expect(view.renditions).toContainEqual(planned(before.revision));
  });

  test('are not listed for an image of another revision, whose set is not known', async () => {
    const view = await readyView(await sets({ ...entry, quality: 50 }, lazy), await sets(entry, lazy));
    expect(view.renditions).toHaveLength(1);
  });
});
