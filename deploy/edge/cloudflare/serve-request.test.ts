import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import vectors from '@imagemill/variants/private-vectors.json' with { type: 'json' };
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptCases } from '../test-support/accept-cases.ts';
import { inSeconds, SECRET, signedPath } from '../test-support/signed-path.ts';
import { acceptOf } from './normalise.ts';
import { type PictureCache, serveRequest } from './serve-request.ts';

const origins = { bucket: await startOrigin(), edge: await startOrigin() };
const { bucket, edge } = origins;
afterAll(() => {
  for (const origin of Object.values(origins)) origin.stop();
});

const missing: RequestListener = (_, response) => void response.writeHead(404, { 'cache-control': 'max-age=10' }).end();
const picture =
  (body: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': 'image/webp', ...headers }).end(body);

let id: string;
let rendition: string;
beforeEach(() => {
  id = randomUUID();
  rendition = `${id.slice(-2)}/${id}/c1c0940b1c40/thumb.webp`;
  for (const origin of Object.values(origins)) {
    origin.answer = missing;
    origin.requests.length = 0;
  }
});

const stored = new Map<string, Response>();
/** Node has no Cache API. Like Cloudflare's, it stores nothing that is `private`. */
const cache: PictureCache = {
  match: async (url) => stored.get(url)?.clone(),
  async put(url, response) {
    const cacheControl = response.headers.get('cache-control') ?? '';
    if (/private|no-store/.test(cacheControl)) throw new Error(`Must not be stored: ${cacheControl}`);
    stored.set(url, new Response(await response.arrayBuffer(), response));
  },
};

/** An origin whose answers the test decides, on a real connection. */
async function startOrigin() {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    origin.answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: undefined as unknown as RequestListener,
    urls: () => requests.map(({ url }) => url),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return origin;
}

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const waiting: Promise<unknown>[] = [];
  const settings = {
    BUCKET_ORIGIN: `${bucket.url}/cdn`,
    EDGE_ORIGIN: edge.url,
    EDGE_SIGNING_KEYS: [
      ...[`old:acme:${Buffer.alloc(32, 1).toString('base64url')}`, `k1:acme:${SECRET}`],
      ...vectors.keys.map(({ kid, secret }) => `${kid}:acme:${secret}`),
    ].join(','),
  };
  const response = await serveRequest(new Request(`https://cdn.example.com${path}`, { headers, method }), {
    settings,
    cache,
    waitUntil: (promise) => waiting.push(promise),
  });
  const body = await response.text();
  await Promise.all(waiting);
  return { status: response.status, headers: response.headers, body };
}

describe('public images', () => {
  test('an immutable URL is served from the bucket, and the edge is not asked', async () => {
    bucket.answer = picture('stored');
    expect(await get(`/images/${rendition}?v=1`)).toMatchObject({ status: 200, body: 'stored' });
    expect([bucket.urls(), edge.urls()]).toEqual([[`/cdn/images/${rendition}`], []]);
  });

  test.each([403, 404])('the edge is asked if the bucket answers %i', async (status) => {
    bucket.answer = (_, response) => void response.writeHead(status).end();
    edge.answer = picture('made');
    expect(await get(`/images/${rendition}`)).toMatchObject({ status: 200, body: 'made' });
    expect(edge.urls()).toEqual([`/images/${rendition}`]);
  });

  test('any other failure of the bucket does not reach the edge', async () => {
    bucket.answer = (_, response) => void response.writeHead(503).end();
    expect(await get(`/images/${rendition}`)).toMatchObject({ status: 503 });
    expect(edge.urls()).toEqual([]);
  });

  test.each(acceptCases)(
    '`Accept: %s` is one of three values, in the header and in the URL: %s',
    async (accept, accepted) => {
      edge.answer = picture('made');
      await get(`/images/${id}/thumb?accepted=avif`, { accept });
      await get(`/images/${id}?f=auto&w=300`, { accept });
      expect(edge.urls()).toEqual([
        `/images/${id}/thumb?accepted=${accepted}`,
        `/images/${id}?f=auto&w=300&accepted=${accepted}`,
      ]);
      for (const { headers } of edge.requests) expect(headers.accept).toBe(acceptOf[accepted]);
    },
  );

  test('known parameters are forwarded once, in one order, and others are dropped', async () => {
    edge.answer = picture('made');
    await get(`/images/${id}?w=300&utm=x&w=9999&s=abc&kid=k&h=&f=webp&accepted=avif`);
    await get(`/images/${id}/thumb.webp?w=300&v=abc`);
    expect(edge.urls()).toEqual([`/images/${id}?f=webp&kid=k&s=abc&w=300`, `/images/${id}/thumb.webp?v=abc`]);
  });

  test('cookies, credentials and forwarding headers do not reach an origin; Range and If-None-Match do', async () => {
    edge.answer = picture('made');
    await get(`/images/${rendition}`, {
      cookie: 'a=1',
      authorization: 'Bearer x',
      'x-forwarded-host': 'evil.example',
      origin: 'https://evil.example',
      range: 'bytes=0-1',
      'if-none-match': '"abc"',
    });
    for (const { headers } of [...bucket.requests, ...edge.requests]) {
      expect(headers).toMatchObject({ range: 'bytes=0-1', 'if-none-match': '"abc"', accept: '*/*' });
      for (const name of ['cookie', 'authorization', 'x-forwarded-host', 'origin'])
        expect(headers).not.toHaveProperty(name);
    }
  });

  test('a redirect of the edge reaches the browser', async () => {
    edge.answer = (_, response) => void response.writeHead(307, { location: '/images/other' }).end();
    expect(await get(`/images/${rendition}`)).toMatchObject({ status: 307 });
  });
});

describe('private images', () => {
  const path = () => `/private/${rendition}`;
  const secret = picture('secret', { 'cache-control': 'private, max-age=60', etag: '"abc"' });

  test.each(vectors.vectors)('the signature of the test vector is valid: $key, $kid', async ({ kid, exp, key, s }) => {
    edge.answer = secret;
    const url = `/${key}?exp=${exp}&kid=${kid}&s=${s}`;
    expect(await get(url)).toMatchObject({ status: 200, body: 'secret' });
    expect(await get(url.replace(`exp=${exp}`, `exp=${exp + 1}`))).toMatchObject({ status: 403, body: '' });
  });

  test('a validly signed URL is served, and the edge receives the signature', async () => {
    edge.answer = secret;
    const url = signedPath(path());
    expect(await get(`${url}&utm=x`)).toMatchObject({ status: 200, body: 'secret' });
    expect(edge.urls()).toEqual([url]);
  });

  test('what is stored is served for another valid signature, and stays private in the browser until the URL expires', async () => {
    edge.answer = secret;
    await get(signedPath(path()));
    const later = await get(signedPath(path(), { exp: inSeconds(100) }));
    expect(later).toMatchObject({ status: 200, body: 'secret' });
    expect(later.headers.get('cache-control')).toMatch(/^private, max-age=(99|100)$/);
    expect(edge.urls()).toHaveLength(1);
    expect(await get(signedPath(path()), {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  test('a signature with another key is not a hit: the edge decides whether its tenant owns the image', async () => {
    edge.answer = secret;
    await get(signedPath(path()));
    edge.answer = (_, response) => void response.writeHead(403).end();
    const other = { kid: 'old', secret: Buffer.alloc(32, 1).toString('base64url') };
    expect(await get(signedPath(path(), other))).toMatchObject({ status: 403 });
  });

  test.each<[string, (url: string) => string]>([
    ['without a signature', (url) => url.replace(/&s=.*/, '')],
    ['without a query', (url) => url.replace(/\?.*/, '')],
    ['with another signature', (url) => url.replace(/&s=.*/, `&s=${SECRET}`)],
    ['with a signature that is not base64url', (url) => url.replace(/&s=.*/, '&s=%25%25')],
    ['with an expiry of eleven digits', () => signedPath(path(), { exp: 99_999_999_999 })],
    ['with a truncated signature', (url) => url.slice(0, -1)],
    ['with a later expiry', (url) => url.replace(/exp=\d+/, `exp=${inSeconds(9_999)}`)],
    ['that has expired', () => signedPath(path(), { exp: inSeconds(-1) })],
    ['with an unknown key', () => signedPath(path(), { kid: 'k2' })],
    ['without a key', () => signedPath(path(), { kid: '' })],
    ['for another file', (url) => url.replace('thumb', 'large')],
  ])('a URL %s is refused, also when the image is stored', async (_what, change) => {
    edge.answer = secret;
    const url = signedPath(path());
    await get(url);
    expect(await get(change(url))).toMatchObject({ status: 403, body: '' });
    expect(edge.urls()).toHaveLength(1);
  });

  test('an error is not stored', async () => {
    edge.answer = (_, response) => void response.writeHead(503).end();
    expect(await get(signedPath(path()))).toMatchObject({ status: 503 });
    edge.answer = secret;
    expect(await get(signedPath(path()))).toMatchObject({ status: 200 });
  });
});

test.each(['/', '/originals/x', '/images/', '/images/../originals/x', '/private/x', '/healthz'])(
  '%s reaches no origin',
  async (path) => {
    expect(await get(path)).toMatchObject({ status: 404 });
    expect([...bucket.urls(), ...edge.urls()]).toEqual([]);
  },
);

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s reaches no origin', async (method) => {
  expect(await get(`/images/${rendition}`, {}, method)).toMatchObject({ status: 405 });
  expect([...bucket.urls(), ...edge.urls()]).toEqual([]);
});
