import { createSignatureCheck, SigningKeys, signatureOf, signedText } from '@imagemill/variants';
import { expect, test } from 'vitest';
import { inSeconds, SECRET, signedPath } from './signed-path.ts';

/** What the function and the Worker are tested with is what imagemill signs and verifies. */
test('a signed path has the signature of packages/variants, which verifies it', async () => {
  const [path, exp] = ['/private/ab/01a206fb-7c1e-7d3a-9f00-2b8f0c5d9eab/c1c0940b1c40/thumb.webp', inSeconds(60)];
  const text = signedText(path, `exp=${exp}&kid=k1`);
  const keys = SigningKeys.parse(`k1:acme:${SECRET}`);
  const s = await signatureOf(keys[0]?.secret ?? new Uint8Array(), text);
  expect(signedPath(path, { exp })).toBe(`${text}&s=${s}`);
  expect(await createSignatureCheck(keys)(text, { kid: 'k1', s, exp })).toMatchObject({ ok: true });
});
