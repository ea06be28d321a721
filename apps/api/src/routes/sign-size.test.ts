import { SigningKeys } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { photo, useApi } from '../test-support/api-harness.ts';
import { signingKey } from '../test-support/private-sets.ts';

const EDGE_SIGNING_KEYS = SigningKeys.parse(signingKey('acme'));
const api = useApi({ env: { EDGE_SIGNING_KEYS, EDGE_BASE_URL: 'http://edge.test', SIGNED_URL_TTL_SECONDS: 600 } });

const newImage = async (key?: string) =>
  String((await api.call('POST', '/v1/images/upload-url', photo, key)).body.imageId);
const ask = (imageId: string, search: string, key?: string) =>
  api.call('GET', `/v1/images/${imageId}/size-url${search}`, undefined, key);

test.each([
  '?w=320',
  '?h=9',
  '?w=320&h=200',
  '?w=320&h=200&fit=cover&f=webp&q=70&dpr=1.5&focus=attention',
  '?w=320&h=200&fit=contain&f=png',
])('a size has a URL at the edge that its tenant signs, and that expires: %s', async (search) => {
  const imageId = await newImage();
  const { status, headers, body } = await ask(imageId, search);
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  const signed = String(body.url).match(/^http:\/\/edge\.test\/images\/(.*)(\?.*)&exp=\d{10}&kid=k1&s=[\w-]{43}$/);
  expect(signed?.slice(1)).toEqual([imageId, search]);
  const left = Date.parse(String(body.expiresAt)) - Date.now();
  expect(left).toBeGreaterThan(440_000);
  expect(left).toBeLessThanOrEqual(600_000);
});

describe('no URL is signed', () => {
  test.each([
    ['without a side', '', 422, 'invalid-field'],
    ['with an unknown parameter', '?w=9&x=1', 422, 'unknown-field'],
    ['with an expiry of the caller', '?w=9&exp=9999999999', 422, 'unknown-field'],
    ['with another key', '?w=9&kid=theirs', 422, 'unknown-field'],
    ['with a side out of range', '?w=16384', 422, 'invalid-field'],
    ['with one side of two', '?w=9&fit=cover', 422, 'invalid-field'],
    ['with a repeated parameter', '?w=9&w=10', 422, 'invalid-field'],
  ])('%s', async (_what, search, status, code) => {
    expect(await ask(await newImage(), search)).toMatchObject({ status, body: { code } });
  });

  test('for an image of another tenant, or for none', async () => {
    const theirs = await newImage(api.keys.other);
    expect(await ask(theirs, '?w=9')).toMatchObject({ status: 404, body: { code: 'image-not-found' } });
  });

  test('for a tenant without a key', async () => {
    const theirs = await newImage(api.keys.other);
    expect(await ask(theirs, '?w=9', api.keys.other)).toMatchObject({ status: 403, body: { code: 'no-signing-key' } });
  });
});
