import { describe, expect, test } from 'vitest';
import {
  createSignatureCheck,
  parsePrivateQuery,
  privateText,
  SigningKeys,
  secretBytes,
  signatureOf,
} from '../index.ts';
import vectors from './private-vectors.json' with { type: 'json' };

const keys = SigningKeys.parse(vectors.keys.map(({ kid, secret }) => `${kid}:acme:${secret}`).join());
const check = createSignatureCheck(keys);
const NOW = Date.parse('2029-12-31T00:00:00Z');

test.each(vectors.vectors)('the signature of a private URL is that of the test vector: $key, $kid', async (vector) => {
  const { kid, exp, key, s } = vector;
  const secret = secretBytes(vectors.keys.find((one) => one.kid === kid)?.secret ?? '');
  const text = privateText(key, { exp, kid });
  expect(text).toBe(`/${key}?exp=${exp}&kid=${kid}`);
  expect(await signatureOf(secret ?? new Uint8Array(), text)).toBe(s);
  expect(parsePrivateQuery(`?s=${s}&kid=${kid}&exp=${exp}&utm=x`)).toEqual({ ok: true, signature: { kid, exp, s } });
  expect(await check(text, { kid, exp, s }, NOW)).toEqual({ ok: true, tenant: 'acme' });
  expect(await check(text, { kid, exp, s }, exp * 1000)).toMatchObject({ code: 'signature-expired' });
});

describe('a query is not a signature', () => {
  const [valid] = vectors.vectors;
  const query = `exp=${valid?.exp}&kid=${valid?.kid}&s=${valid?.s}`;
  test.each([
    ['without exp', query.replace(/exp=\d+&/, '')],
    ['without kid', query.replace(/kid=[^&]+&/, '')],
    ['without s', query.replace(/&s=.*/, '')],
    ['with an empty s', query.replace(/s=.*/, 's=')],
    ['with a repeated exp', `${query}&exp=${valid?.exp}`],
    ['with a repeated, escaped kid', `${query}&%6bid=x`],
    ['with an exp of 11 digits', query.replace('exp=', 'exp=1')],
    ['with an exp that starts with a zero', query.replace(/exp=\d/, 'exp=0')],
    ['with a fractional exp', query.replace('&kid', '.5&kid')],
    ['with a padded s', `${query}=`],
    ['with an s that no 32 bytes have', query.replace(/.$/, 'B')],
    ['of 2,049 characters', query.padEnd(2049, '&')],
  ])('%s', (_what, text) => {
    expect(parsePrivateQuery(text)).toMatchObject({ ok: false, code: 'signature-required' });
  });
});
