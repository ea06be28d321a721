import { readyManifest, rejectedManifest } from '@imagemill/manifests';
import { ImageId, loadCategories, originalKey, publicUrl, renditionKey, Tenant } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { createImageView } from './image-view.ts';

const categories = await loadCategories();
const { set = [], revision = '' } = categories.get('avatar') ?? {};
const imageId = ImageId.parse('0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
const address = { imageId, tenant: Tenant.parse('acme'), category: 'avatar', contentType: 'image/jpeg' } as const;
const now = new Date().toISOString();
const image = { ...address, originalKey: originalKey(address), metadata: {}, createdAt: now, uploadExpiresAt: now };
const subject = { image, facts: undefined, attempts: 1 };

test("the URLs of a finished image's renditions follow CDN_BASE_URL, whatever it was when they were made", () => {
  const done = set.map(({ name, format }) => ({ variant: name, format, width: 1, height: 1, bytes: 1 }));
  const size = { width: 1, height: 1, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
  const source = { ...size, format: 'jpeg', sha256: '' } as const;
  const summary = { placeholder: '', dominantColour: '#000000' };
  const manifest = readyManifest(subject, { set, revision, source, summary, done, timingsMs: {} });
  expect(JSON.stringify(manifest)).not.toContain('http');
  if (manifest.status !== 'ready') throw new Error('not ready');
  for (const cdnBaseUrl of ['http://cdn.test', 'https://other.test/path/']) {
    const view = createImageView({ categories, cdnBaseUrl })({ from: 'manifest', manifest, status: 'ready' });
    const urls = set.map(({ name: variant, format }) =>
      publicUrl(cdnBaseUrl, renditionKey({ imageId, revision, variant, format })),
    );
    expect(view.renditions.map(({ url }) => url)).toEqual(urls);
    expect(view.renditions[0]).not.toHaveProperty('key');
  }
});

test('a rejected image shows why, and no renditions', () => {
  const manifest = rejectedManifest(subject, { code: 'corrupt', publicMessage: 'The file is damaged.' });
  if (manifest.status !== 'rejected') throw new Error('not rejected');
  const view = createImageView({ categories, cdnBaseUrl: 'http://cdn.test' });
  expect(view({ from: 'manifest', manifest, status: 'rejected' })).toMatchObject({
    status: 'rejected',
    renditions: [],
    error: { code: 'corrupt', message: 'The file is damaged.' },
  });
});
