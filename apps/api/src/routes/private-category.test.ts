import { SigningKeys } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { createApiHarness, photo, useApi } from '../test-support/api-harness.ts';
import { privateSetsFile, signingKey } from '../test-support/private-sets.ts';

const env = { VARIANT_SETS_FILE: await privateSetsFile(), EDGE_SIGNING_KEYS: SigningKeys.parse(signingKey('acme')) };
const api = useApi({ env: { ...env, EDGE_BASE_URL: 'http://edge.test', SIGNED_URL_TTL_SECONDS: 600 } });
const papers = { ...photo, category: 'papers' };
const SIGNED =
  /^http:\/\/edge\.test\/private\/[0-9a-f]{2}\/[0-9a-f-]{36}\/[0-9a-f]{12}\/tiny\.(webp|jpg)\?exp=\d{10}&kid=k1&s=[\w-]{43}$/;

const renditionsOf = (body: Record<string, unknown>) => body.renditions as { url: string; expiresAt?: string }[];
function expectSigned(body: Record<string, unknown>): void {
  const renditions = renditionsOf(body);
  expect(renditions).toHaveLength(2);
  for (const { url, expiresAt = '' } of renditions) {
    expect(url).toMatch(SIGNED);
    expect(new URL(url).searchParams.get('exp')).toBe(String(Date.parse(expiresAt) / 1000));
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(440_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(600_000);
  }
}

describe('the URLs of a private image are signed, and expire', () => {
  test('in a ticket', async () => {
    expectSigned((await api.call('POST', '/v1/images/upload-url', papers)).body);
  });

  test('in the tickets of a batch, beside public ones', async () => {
    const { body } = await api.call('POST', '/v1/images/upload-urls', { images: [papers, photo] });
    const [first, second] = body.tickets as Record<string, unknown>[];
    expectSigned(first ?? {});
    for (const rendition of renditionsOf(second ?? {})) {
      expect(rendition.url).toMatch(/^http:\/\/cdn\.test\/images\/[^?]+$/);
      expect(rendition).not.toHaveProperty('expiresAt');
    }
  });

  test('in the ticket of an import', async () => {
    const body = { url: 'https://shop.example.com/a.jpg', category: 'papers' };
    expectSigned((await api.call('POST', '/v1/images/import', body)).body);
  });
});

describe('a tenant without a signing key gets no private image, since it could not see it', () => {
  test.each([
    ['a ticket', '/v1/images/upload-url', papers],
    ['a batch', '/v1/images/upload-urls', { images: [photo, papers] }],
    ['an import', '/v1/images/import', { url: 'https://shop.example.com/a.jpg', category: 'papers' }],
  ])('%s', async (_what, path, body) => {
    const refused = await api.call('POST', path, body, api.keys.other);
    expect(refused).toMatchObject({ status: 403, body: { code: 'no-signing-key' } });
    expect((await api.call('GET', '/v1/images?category=papers', undefined, api.keys.other)).body.images).toEqual([]);
  });

  test('and gets public ones as before', async () => {
    expect((await api.call('POST', '/v1/images/upload-url', photo, api.keys.other)).status).toBe(201);
  });
});

test('an API with private categories and no signing key does not start, and says which setting is missing', async () => {
  const starting = createApiHarness({ beside: api, env: { VARIANT_SETS_FILE: env.VARIANT_SETS_FILE } });
  await expect(starting).rejects.toThrow(/private categories \(papers\).*set EDGE_SIGNING_KEYS/);
});
