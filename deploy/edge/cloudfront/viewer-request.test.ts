import { randomUUID } from 'node:crypto';
import vectors from '@imagemill/variants/private-vectors.json' with { type: 'json' };
import { beforeAll, describe, expect, test } from 'vitest';
import { acceptCases } from '../test-support/accept-cases.ts';
import { type CloudFrontRequest, loadFunction, requestOf, urlOf } from '../test-support/cloudfront-function.ts';
import { inSeconds, SECRET, signedPath } from '../test-support/signed-path.ts';

const id = randomUUID();
const rendition = `${id.slice(-2)}/${id}/c1c0940b1c40/thumb.webp`;
const accepts: Record<string, RegExp> = {
  avif: /^image\/avif,image\/webp,image\/jpeg/,
  webp: /^image\/webp,image\/jpeg/,
  none: /^image\/jpeg,image\/png/,
};

let handler: Awaited<ReturnType<typeof loadFunction>>;
beforeAll(async () => {
  handler = await loadFunction({ k1: SECRET, hex: Buffer.from(SECRET, 'base64url').toString('hex') });
});

async function forwarded(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const result = await handler({ request: requestOf(url, headers, method) });
  if ('statusCode' in result) return { status: result.statusCode };
  return { url: urlOf(result), accept: result.headers.accept?.value, headers: (result as CloudFrontRequest).headers };
}

describe('public images', () => {
  test.each(acceptCases)('`Accept: %s` is one of three values: %s', async (accept, accepted) => {
    for (const url of [`/images/${id}/thumb`, `/images/${id}?w=300`, `/images/${id}?f=auto&w=300`])
      expect((await forwarded(url, { Accept: accept })).accept).toMatch(accepts[accepted] as RegExp);
  });

  test('`Accept` has a fourth value where the URL decides the format', async () => {
    for (const url of [`/images/${rendition}`, `/images/${id}/thumb.webp`, `/images/${id}?f=webp&w=300`])
      for (const accept of ['image/avif', '*/*', ''])
        expect(await forwarded(url, { accept })).toMatchObject({ accept: '*/*' });
  });

  test('a request without `Accept` accepts no modern format', async () => {
    expect((await forwarded(`/images/${id}/thumb`)).accept).toMatch(accepts.none as RegExp);
  });

  test('known parameters are forwarded in one order, others are dropped', async () => {
    expect(
      await forwarded(`/images/${id}?w=300&utm=x&h=200&__proto__=x&s=abc&kid=k&exp=9&fit=cover&f=webp`),
    ).toMatchObject({
      url: `/images/${id}?exp=9&f=webp&fit=cover&h=200&kid=k&s=abc&w=300`,
    });
    expect(await forwarded(`/images/${id}/thumb?w=300&v=abc&download=a.webp`)).toMatchObject({
      url: `/images/${id}/thumb?download=a.webp&v=abc`,
    });
    expect(await forwarded(`/images/${rendition}?w=300&v=abc`)).toMatchObject({ url: `/images/${rendition}` });
  });

  test('of a repeated parameter only the first value is forwarded', async () => {
    expect(await forwarded(`/images/${id}?w=300&w=9999&f=webp`)).toMatchObject({ url: `/images/${id}?f=webp&w=300` });
  });

  test('a parameter without a value is not forwarded', async () => {
    expect(await forwarded(`/images/${id}?w=300&h=&s`)).toMatchObject({ url: `/images/${id}?w=300` });
  });

  test('a signed size is forwarded unchanged', async () => {
    const url = `/images/${id}?exp=99&h=201&kid=k1&s=abc&w=301`;
    expect(await forwarded(url)).toMatchObject({ url });
  });

  test('cookies and credentials are dropped', async () => {
    const { headers } = await forwarded(`/images/${rendition}`, { Cookie: 'a=1', Authorization: 'Bearer x' });
    expect(Object.keys(headers ?? {})).toEqual(['accept']);
  });
});

describe('private images', () => {
  const path = `/private/${rendition}`;

  test('a validly signed URL is forwarded with its signature, which the edge verifies again', async () => {
    const url = signedPath(path);
    expect(await forwarded(`${url}&utm=x`)).toMatchObject({ url, accept: '*/*' });
  });

  test.each(vectors.vectors)('the signature of the test vector is valid: $key, $kid', async ({ kid, exp, key, s }) => {
    const verify = await loadFunction(Object.fromEntries(vectors.keys.map((one) => [one.kid, one.secret])));
    const url = `/${key}?exp=${exp}&kid=${kid}&s=${s}`;
    expect(await verify({ request: requestOf(url) })).not.toHaveProperty('statusCode');
    const forged = url.replace(`exp=${exp}`, `exp=${exp + 1}`);
    expect(await verify({ request: requestOf(forged) })).toMatchObject({ statusCode: 403 });
  });

  test('a secret may be in hex', async () => {
    const url = signedPath(path, { kid: 'hex' });
    expect(await forwarded(url)).toMatchObject({ url });
  });

  test.each([
    ['without a signature', path],
    ['with an empty signature', `${path}?exp=${inSeconds(60)}&kid=k1&s=`],
    ['that has expired', signedPath(path, { exp: inSeconds(-1) })],
    ['that expires now', signedPath(path, { exp: inSeconds(0) })],
    ['with another secret', signedPath(path, { secret: Buffer.alloc(32, 8).toString('base64url') })],
    ['with an unknown key', signedPath(path, { kid: 'k2' })],
    ['with a key that is a property of objects', signedPath(path, { kid: '__proto__' })],
    ['with a later expiry', signedPath(path).replace(/exp=\d+/, `exp=${inSeconds(9_999)}`)],
    ['with an expiry that is not a number', signedPath(path, { exp: Number.NaN })],
    ['with an expiry of eleven digits', signedPath(path, { exp: 99_999_999_999 })],
    ['with an expiry in exponential form', signedPath(path).replace(/exp=\d+/, 'exp=9e99')],
    ['with the signature of another image', signedPath(path).replaceAll(id, randomUUID())],
    ['with a truncated signature', signedPath(path).slice(0, -1)],
    ['with an extended signature', `${signedPath(path)}A`],
    ['with the path of another file', signedPath(path).replace('thumb', 'large')],
    ['with the forged signature first', `${path}?s=AAAA&${signedPath(path).split('?')[1]}`],
  ])('a URL %s is refused', async (_what, url) => {
    expect(await forwarded(url)).toEqual({ status: 403 });
  });

  test.each(['/private/x', `/private/../images/${rendition}`, `/private//${rendition}`, `/private/${rendition}/`])(
    'no other path below /private/ is forwarded, whatever its signature: %s',
    async (other) => {
      expect(await forwarded(signedPath(other))).toEqual({ status: 404 });
    },
  );
});

test.each([
  '/',
  '/originals/x',
  '/images/',
  `/images/${rendition}/x`,
  `/images/${id}/`,
  '/healthz',
  '/manifests/ab/x.json',
])('%s reaches no origin', async (path) => {
  expect(await forwarded(path)).toEqual({ status: 404 });
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s reaches no origin', async (method) => {
  expect(await forwarded(`/images/${rendition}`, {}, method)).toEqual({ status: 405 });
  expect(await forwarded(signedPath(`/private/${rendition}`), {}, method)).toEqual({ status: 405 });
});
