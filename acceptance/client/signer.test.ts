import { createSigner, type Size } from '@imagemill/client/sizes';
import { createSignatureCheck, parseSizeQuery, SigningKeys, signedText } from '@imagemill/variants';
import { expect, test } from 'vitest';
import vectors from '../../packages/variants/src/sizes/size-vectors.json' with { type: 'json' };

const { kid, secret, imageId } = vectors;
const signer = createSigner({ baseUrl: 'https://cdn.test/', kid, secret });

test.each(vectors.vectors)('the SDK makes the URL of the test vector: $query', async ({ size, exp, query, s }) => {
  const { w: width, h: height, f: format, q: quality, dpr: pixelRatio, bg, ...others } = size;
  const asked = { width, height, format, quality, pixelRatio, background: bg && `#${bg}`, ...others } as Size;
  const url = await signer.sizeUrl(imageId, asked, { expiresAt: exp === undefined ? undefined : new Date(exp * 1000) });
  expect(url).toBe(`https://cdn.test/images/${imageId}?${query}&s=${s}`);
});

test('an edge accepts what the SDK signs, with a secret in base64url, too', async () => {
  const own = { kid: 'b', secret: Buffer.from(secret, 'hex').toString('base64url') };
  const url = new URL(await createSigner({ baseUrl: 'https://cdn.test', ...own }).sizeUrl(imageId, { height: 10 }));
  const query = parseSizeQuery(url.search);
  if (!query.ok || !query.signature) throw new Error('not signed');
  const check = createSignatureCheck(SigningKeys.parse(`b:acme:${own.secret}`));
  expect(await check(signedText(url.pathname, query.signature.canonicalQuery), query.signature)).toMatchObject({
    ok: true,
  });
});

test('refuses what cannot be part of a URL, and secrets that are too short', async () => {
  await expect(signer.sizeUrl('../a', { width: 1 })).rejects.toThrow(RangeError);
  await expect(signer.sizeUrl(imageId, {})).rejects.toThrow('width or height');
  await expect(signer.sizeUrl(imageId, { width: 1, fit: 'a&b' as 'cover' })).rejects.toThrow(RangeError);
  for (const weak of ['ab', 'é'.repeat(40), 'A'.repeat(42)]) {
    expect(() => createSigner({ baseUrl: '', kid, secret: weak })).toThrow(RangeError);
  }
});
