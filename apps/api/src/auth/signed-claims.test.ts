import { createHmac } from 'node:crypto';
import { verify } from 'hono/jwt';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createSignedClaims } from './signed-claims.ts';

const secret = 'a secret of this test that is long enough';
const tokens = createSignedClaims([secret], z.object({ aud: z.literal('a'), text: z.string(), exp: z.int() }));
const inAMinute = () => Math.floor(Date.now() / 1000) + 60;
const valid = () => tokens.sign({ aud: 'a', text: 'größer', exp: inAMinute() });

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signedWith = (signed: string, key = secret, hash = 'sha256') =>
  `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
const claims = () => ({ aud: 'a', text: '', exp: inAMinute() });
const header = { alg: 'HS256', typ: 'JWT' };

test('a token gives its claims back, and a library for JWTs accepts it', async () => {
  const token = valid();
  expect(tokens.verify(token)).toMatchObject({ aud: 'a', text: 'größer' });
  expect(await verify(token, secret, 'HS256')).toMatchObject({ aud: 'a', text: 'größer' });
});

test('accepts a token that another program made in the same form', () => {
  expect(tokens.verify(signedWith(`${encoded(header)}.${encoded(claims())}`))).toEqual(claims());
});

describe('rejects, although the signature is right, a token', () => {
  test.each([
    ['without an algorithm', { alg: 'none', typ: 'JWT' }],
    ['of another algorithm', { alg: 'HS512', typ: 'JWT' }],
    ['of an algorithm with public keys', { alg: 'RS256', typ: 'JWT' }],
    ['with a header of another order', { typ: 'JWT', alg: 'HS256' }],
    ['with more in its header', { ...header, kid: '../../dev/null' }],
  ])('%s', (_what, other) => {
    expect(tokens.verify(signedWith(`${encoded(other)}.${encoded(claims())}`))).toBeUndefined();
  });

  test.each([
    ['of another kind', { ...claims(), aud: 'b' }],
    ['that has expired', { ...claims(), exp: 1 }],
    ['that expires now', { ...claims(), exp: Math.floor(Date.now() / 1000) }],
    ['that never expires', { aud: 'a', text: '' }],
    ['whose claims are not an object', 'a'],
    ['that is too long', { ...claims(), text: 'x'.repeat(1_000) }],
  ])('%s', (_what, other) => {
    expect(tokens.verify(signedWith(`${encoded(header)}.${encoded(other)}`))).toBeUndefined();
  });

  test('whose claims are not JSON', () => {
    expect(tokens.verify(signedWith(`${encoded(header)}.e30x`))).toBeUndefined();
  });
});

describe('rejects a token', () => {
  const forgeries: [string, (token: string) => string][] = [
    ['of another secret', () => signedWith(`${encoded(header)}.${encoded(claims())}`, `${secret}.`)],
    [
      'with the signature of another hash',
      () => signedWith(`${encoded(header)}.${encoded(claims())}`, secret, 'sha512'),
    ],
    ['without a signature', (token) => token.slice(0, token.lastIndexOf('.') + 1)],
    ['that is only a header', (token) => token.slice(0, token.indexOf('.') + 1)],
    ['with a suffix', (token) => `${token}A`],
    ['with padding', (token) => `${token}=`],
    ['with a fourth part', (token) => `${token}.`],
    ['that starts with a space', (token) => ` ${token}`],
    ['that is empty', () => ''],
  ];
  test.each(forgeries)('%s', (_what, forge) => {
    expect(tokens.verify(forge(valid()))).toBeUndefined();
  });

  test('of which any one character is another one, or missing', () => {
    const token = valid();
    for (let at = 0; at < token.length; at += 1) {
      const changed = token[at] === 'A' ? 'B' : 'A';
      expect(tokens.verify(token.slice(0, at) + changed + token.slice(at + 1)), `changed at ${at}`).toBeUndefined();
      expect(tokens.verify(token.slice(0, at) + token.slice(at + 1)), `without ${at}`).toBeUndefined();
    }
  });

  test('that is truncated anywhere', () => {
    const token = valid();
    for (let length = 0; length < token.length; length += 1)
      expect(tokens.verify(token.slice(0, length))).toBeUndefined();
  });
});
