import { ImageId, loadCategories, renditionKey, SigningKeys, Tenant } from '@imagemill/variants';
import vectors from '@imagemill/variants/private-vectors.json' with { type: 'json' };
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildRenditionUrls } from './build-rendition-urls.ts';
import { createRenditionUrls } from './rendition-urls.ts';

const [acme, other] = [Tenant.parse('acme'), Tenant.parse('other')];
const keys = SigningKeys.parse(vectors.keys.map(({ kid, secret }) => `${kid}:acme:${secret}`).join());
const urlsWith = (change: object = {}) =>
  createRenditionUrls({
    cdnBaseUrl: 'https://cdn.test/',
    edgeBaseUrl: 'https://edge.test/pictures/',
    keys,
    ttlSeconds: 3600,
    ...change,
  });
const key = vectors.vectors[0]?.key ?? '';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-29T10:07:13Z') }));
afterEach(() => void vi.useRealTimers());

test.each(vectors.vectors)('the URL of $key has the signature of the test vector', ({ kid, exp, key, s }) => {
  vi.setSystemTime((exp - 3600) * 1000);
  const urls = urlsWith({ keys: keys.filter((one) => one.kid === kid) });
  expect(urls.of(acme, key)).toEqual({
    url: `https://edge.test/pictures/${key}?exp=${exp}&kid=${kid}&s=${s}`,
    expiresAt: new Date(exp * 1000).toISOString(),
  });
});

describe('a private URL', () => {
  const at = (seconds: number) => {
    vi.setSystemTime(Date.parse('2026-11-29T10:00:00Z') + seconds * 1000);
    return urlsWith().of(acme, key);
  };

  test('stays the same for a quarter of its lifetime, and has at least three quarters of it left', () => {
    expect(at(899)).toEqual(at(0));
    expect(at(900)).not.toEqual(at(0));
    for (const seconds of [0, 1, 450, 899, 900, 1799, 3599]) {
      const left = Date.parse(at(seconds)?.expiresAt ?? '') - Date.now();
      expect(left).toBeGreaterThan(0.75 * 3600_000);
      expect(left).toBeLessThanOrEqual(3600_000);
    }
  });

  test('is signed with the first key of its tenant', () => {
    expect(urlsWith().of(acme, key)?.url).toContain('&kid=acme-1&');
    expect(urlsWith({ keys: keys.toReversed() }).of(acme, key)?.url).toContain('&kid=acme-2&');
  });

  test('is never signed with the key of another tenant', () => {
    expect(urlsWith().of(other, key)).toBeUndefined();
    expect([urlsWith().canSign(acme), urlsWith().canSign(other)]).toEqual([true, false]);
  });
});

test('public URLs are not signed, and need no key', () => {
  const publicKey = key.replace('private', 'images');
  expect(urlsWith().of(other, publicKey)).toEqual({ url: `https://cdn.test/${publicKey}` });
});

const set = [{ name: 'a', width: 9, height: 9, fit: 'cover', format: 'webp', quality: 80 }];
const withPapers = () => loadCategories({ papers: { visibility: 'signed', variants: set } });

test('planned renditions of a private category have signed URLs, of its private revision', async () => {
  const spec = (await withPapers()).get('papers');
  if (!spec) throw new Error('There is no category.');
  const image = { tenant: acme, imageId: ImageId.parse('01a206fb-7c1e-7d3a-9f00-2b8f0c5d9e11') };
  const planned = renditionKey({ ...image, ...spec, variant: 'a', format: 'webp' });
  expect(urlsWith().planned(image, spec)).toEqual([{ variant: 'a', format: 'webp', ...urlsWith().of(acme, planned) }]);
  expect(urlsWith().planned({ ...image, tenant: other }, spec)).toEqual([]);
});

test('a process with private categories and no signing key does not start, with a message that names the setting', async () => {
  const categories = await withPapers();
  const env = { CDN_BASE_URL: 'https://cdn.test', EDGE_SIGNING_KEYS: [], SIGNED_URL_TTL_SECONDS: 3600 };
  expect(() => buildRenditionUrls(env, categories)).toThrow(/private categories \(papers\).*set EDGE_SIGNING_KEYS/);
  const urls = buildRenditionUrls({ ...env, EDGE_SIGNING_KEYS: keys }, categories);
  expect(urls.of(acme, key)?.url).toMatch(/^https:\/\/cdn\.test\/private/);
  expect(buildRenditionUrls(env, await loadCategories()).canSign(acme)).toBe(false);
});
