import { readyManifest, rejectedManifest } from '@imagemill/manifests';
import {
  type CategorySpec,
  ImageId,
  loadCategories,
  originalKey,
  publicUrl,
  renditionKey,
  SigningKeys,
  type SourceFacts,
  Tenant,
  type VariantSet,
  type Visibility,
} from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { createImageView, ImageView } from './image-view.ts';
import { createRenditionUrls } from './rendition-urls.ts';

const categories = await loadCategories();
const { set = [], revision = '' } = categories.get('avatar') ?? {};
const imageId = ImageId.parse('0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
const address = { imageId, tenant: Tenant.parse('acme'), category: 'avatar', contentType: 'image/jpeg' } as const;
const now = new Date().toISOString();
const image = { ...address, originalKey: originalKey(address), metadata: {}, createdAt: now, uploadExpiresAt: now };
const urlsAt = (base: string) =>
  createRenditionUrls({ cdnBaseUrl: base, edgeBaseUrl: base, keys: [], ttlSeconds: 3600 });
const subject = { image, facts: undefined, attempts: 1 };

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
    ...{
      format: 'jpeg',
      width: 3,
      height: 2,
      orientation: 1,
      colourSpace: 'srgb',
      hasAlpha: false,
      frames: 1,
      bytes: 9,
    },
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
    ...{ format: 'jpeg', width: 300, height: 150, orientation: 1, colourSpace: 'srgb', hasAlpha: false },
    ...{ frames: 1, bytes: 1000 },
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
    ...{ width: 100, height: 50, bytes: null, planned: true },
  });
  const done = [{ variant: 'big', format: 'avif', width: 100, height: 50, bytes: 7 }] as const;

  test('have the largest possible size while their trimming is unknown', async () => {
    const { loaded, revision } = await sets(entry, { ...lazy, trim: 10 });
    const job = {
      ...{ image, status: 'processing' as const, attempts: 1, rejection: undefined },
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

describe('an image of a private category', () => {
  const entry = { name: 'a', width: 9, height: 9, fit: 'cover', format: 'webp', quality: 80 } as const;
  const lazy = { ...entry, format: 'jpeg', when: 'request' } as const;
  const size = { width: 9, height: 9, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
  const source = { ...size, format: 'jpeg' } as const;
  const done = [{ variant: 'a', format: 'webp', width: 9, height: 9, bytes: 7 } as const];
  const keys = SigningKeys.parse(`k:acme:${'ab'.repeat(32)}`);
  const urls = createRenditionUrls({
    ...{ cdnBaseUrl: 'http://cdn.test', edgeBaseUrl: 'http://edge.test', keys, ttlSeconds: 3600 },
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
