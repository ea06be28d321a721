import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createSignatureCheck,
  Fit,
  Format,
  ImageId,
  Position,
  parseSizeQuery,
  SigningKeys,
  secretBytes,
  signedSizeUrl,
  signedText,
  sizePath,
} from '../index.ts';
import vectors from './size-vectors.json' with { type: 'json' };

const imageId = ImageId.parse(vectors.imageId);
const secret = secretBytes(vectors.secret) ?? new Uint8Array();
const key = { kid: vectors.kid, secret };
const other = 'f'.repeat(64);
const keys = SigningKeys.parse(`${vectors.kid}:acme:${vectors.secret},acme-2:acme:${other}`);
const check = createSignatureCheck(keys);
const NOW = Date.parse('2029-12-31T00:00:00Z');

/** As an edge does it, with the path and query of a URL. */
async function verify(url: string, nowMs = NOW) {
  const { pathname, search } = new URL(url, 'https://cdn.test');
  const query = parseSizeQuery(search);
  if (!query.ok || !query.signature) return query;
  return check(signedText(pathname, query.signature.canonicalQuery), query.signature, nowMs);
}

test.each(vectors.vectors)(
  'a signed URL has the signature of the test vector: $query',
  async ({ size, exp, query, s }) => {
    const expiresAt = exp === undefined ? undefined : new Date(exp * 1000);
    const asked = size as Parameters<typeof signedSizeUrl>[0]['size'];
    const url = await signedSizeUrl({ baseUrl: 'https://cdn.test/', imageId, size: asked, key, expiresAt });
    expect(url).toBe(`https://cdn.test${sizePath(imageId)}?${query}&s=${s}`);
    expect(await verify(url)).toEqual({ ok: true, tenant: 'acme' });
  },
);

const valid = `${sizePath(imageId)}?${vectors.vectors[2]?.query}&s=${vectors.vectors[2]?.s}`;

describe('a signature', () => {
  test.each([
    ['w=640', 'w=641'],
    ['h=480', 'h=479'],
    ['fit=cover', 'fit=inside'],
    ['f=avif', 'f=webp'],
    ['q=55', 'q=56'],
    ['dpr=1.5', 'dpr=2'],
    ['focus=attention', 'focus=entropy'],
    ['exp=1893456000', 'exp=1893456001'],
    ['kid=acme-1', 'kid=acme-2'],
    ['&focus=attention', ''],
    ['&q=55', ''],
    ['&dpr=1.5', ''],
    ['&fit=cover', ''],
    ['&f=avif', ''],
    ['&exp=1893456000', ''],
    [imageId, '01a206fb-7c1e-7d3a-9f00-2b8f0c5d9e12'],
    [vectors.vectors[2]?.s ?? '', vectors.vectors[1]?.s ?? ''],
  ])('does not belong to a URL with %j changed to %j', async (part, changed) => {
    expect(valid).toContain(part);
    const { ok, ...problem } = await verify(valid.replace(part, changed));
    expect(ok).toBe(false);
    expect(problem).toMatchObject({ code: expect.stringMatching(/^invalid-(signature|size)$/) });
  });

  test('belongs to its URL whatever the order, the encoding and the other parameters of the query', async () => {
    const { pathname, searchParams } = new URL(valid, 'https://cdn.test');
    const turned = [...searchParams].toReversed().map(([name, value]) => `${name}=${value}`);
    const encoded = turned.map((pair) => pair.replace('w=', '%77=').replace('cover', 'c%6Fver'));
    expect(await verify(`${pathname}?utm_source=mail&${encoded.join('&')}&W=1`)).toMatchObject({ ok: true });
  });

  test('is not valid from its expiry on', async () => {
    expect(await verify(valid, 1893456000 * 1000 - 1)).toMatchObject({ ok: true });
    expect(await verify(valid, 1893456000 * 1000)).toMatchObject({ ok: false, code: 'signature-expired' });
  });

  test('of an unknown key is not valid', async () => {
    const url = await signedSizeUrl({ baseUrl: '', imageId, size: { w: 1 }, key: { ...key, kid: 'old' } });
    expect(await verify(url)).toMatchObject({ code: 'unknown-signing-key' });
  });

  test('of any size that can be signed is valid', async () => {
    const side = fc.integer({ min: 1, max: 16_383 });
    const sizes = fc.record(
      {
        w: side,
        h: side,
        fit: fc.constantFrom(...Fit.options),
        q: fc.integer({ min: 1, max: 100 }),
        f: fc.constantFrom('auto' as const, ...Format.options),
        dpr: fc.constantFrom(1, 1.5, 2, 3),
        focus: fc.constantFrom(...Position.options),
        bg: fc.constantFrom('ffcc00', 'auto', 'blur', 'transparent'),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const url = await signedSizeUrl({ baseUrl: '', imageId, size, key }).catch((error: unknown) => error);
        if (url instanceof RangeError) return;
        expect(await verify(String(url))).toEqual({ ok: true, tenant: 'acme' });
      }),
      { numRuns: 50 },
    );
  });
});

describe('the signing keys', () => {
  test('have secrets in hex or base64url, and belong to a tenant', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => 250 - index);
    const text = Buffer.from(bytes).toString('base64url');
    expect(SigningKeys.parse(` a:acme:${text}, b:other:${Buffer.from(bytes).toString('hex')},`)).toEqual([
      { kid: 'a', tenant: 'acme', secret: bytes },
      { kid: 'b', tenant: 'other', secret: bytes },
    ]);
  });

  test.each([
    ['a short secret', `a:acme:${'ab'.repeat(31)}`],
    ['a secret of other characters', `a:acme:${'+'.repeat(44)}`],
    ['a tenant that cannot be one', `a:ACME:${other}`],
    ['no tenant', `a:${other}`],
    ['a kid with other characters', `a/b:acme:${other}`],
    ['a kid that is given twice', `a:acme:${other},a:other:${vectors.secret}`],
  ])('are refused with %s, and the error has no secret', (_fault, text) => {
    const { error } = SigningKeys.safeParse(text);
    expect(error).toBeDefined();
    expect(JSON.stringify(error?.issues)).not.toContain(text.split(':').at(-1));
  });
});
