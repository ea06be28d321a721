// Over 250 lines: a second file would start a second nginx.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Nginx, nginxProgram, startNginx } from './nginx-server.ts';
import { type Script, type ScriptedOrigin, startScriptedOrigin } from './scripted-origin.ts';

const IMMUTABLE = 'public, max-age=31536000, immutable';
const picture =
  (body: string, cacheControl = IMMUTABLE, headers: Record<string, string> = {}): Script =>
  (_, response) =>
    response
      .writeHead(200, {
        'content-type': 'image/webp',
        'content-length': body.length,
        'cache-control': cacheControl,
        ...headers,
      })
      .end(body);
const missing: Script = (_, response) =>
  response.writeHead(404, { 'cache-control': 'public, max-age=10' }).end('{"code":"not-found"}');

/** `pnpm test:nginx` installs nginx; other tests must not install packages on the machine that runs them. */
describe.skipIf(!nginxProgram)('nginx between shoppers, the bucket and the edge', () => {
  let bucket: ScriptedOrigin;
  let edge: ScriptedOrigin;
  let nginx: Nginx;
  beforeAll(async () => {
    bucket = await startScriptedOrigin(missing);
    edge = await startScriptedOrigin(missing);
    nginx = await startNginx({ bucket: `${bucket.url}/cdn`, edge: edge.url });
  });
  afterAll(async () => {
    await nginx.stop();
    bucket.stop();
    edge.stop();
  });

  let id: string;
  let rendition: string;
  beforeEach(() => {
    id = randomUUID();
    rendition = `/images/${id.slice(-2)}/${id}/c1c0940b1c40/thumb.webp`;
    bucket.answer = missing;
    edge.answer = missing;
    bucket.requests.length = 0;
    edge.requests.length = 0;
  });

  async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
    const response = await fetch(`${nginx.url}${path}`, { headers, method });
    const status = response.headers.get('cache-status');
    return { status: response.status, headers: response.headers, cache: status, body: await response.text() };
  }
  const lines = ({ requests }: ScriptedOrigin) => requests.map(({ line }) => line);

  test('serves a stored rendition from the bucket, and the edge is not asked', async () => {
    bucket.answer = picture('stored');
    expect(await get(rendition)).toMatchObject({ status: 200, body: 'stored', cache: 'imagemill-nginx; fwd=uri-miss' });
    expect(await get(rendition)).toMatchObject({ status: 200, body: 'stored', cache: 'imagemill-nginx; hit' });
    expect(lines(bucket)).toEqual([`GET /cdn${rendition}`]);
    expect(lines(edge)).toEqual([]);
  });

  test.each([403, 404])('asks the edge if the bucket answers %i, and keeps its picture', async (status) => {
    bucket.answer = (_, response) => response.writeHead(status).end('<Error/>');
    edge.answer = picture('made', IMMUTABLE, { 'cache-status': 'imagemill-edge; fwd=uri-miss; stored' });
    expect(await get(rendition)).toMatchObject({
      status: 200,
      body: 'made',
      cache: 'imagemill-edge; fwd=uri-miss; stored, imagemill-nginx; fwd=uri-miss',
    });
    expect(await get(rendition)).toMatchObject({ body: 'made' });
    expect([lines(bucket), lines(edge)]).toEqual([[`GET /cdn${rendition}`], [`GET ${rendition}`]]);
  });

  test('many concurrent requests for a cold key are one request to the edge', async () => {
    const held: ServerResponse[] = [];
    edge.answer = (_, response) => void held.push(response);
    const answers = Array.from({ length: 100 }, () => get(rendition));
    await vi.waitUntil(() => held.length > 0);
    picture('made once')({} as never, held[0] as ServerResponse);
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200, body: 'made once' });
    expect(lines(edge)).toEqual([`GET ${rendition}`]);
  });

  test('keeps a 404 no longer than the edge says', async () => {
    edge.answer = (_, response) => response.writeHead(404, { 'cache-control': 'public, max-age=1' }).end();
    expect(await get(rendition)).toMatchObject({ status: 404 });
    edge.answer = picture('uploaded');
    await vi.waitFor(async () => expect(await get(rendition)).toMatchObject({ status: 200, body: 'uploaded' }));
  });

  test.each([
    [503, { 'cache-control': 'no-store', 'retry-after': '1' }],
    [500, {}],
    [410, {}],
  ])('does not keep a %i without a lifetime', async (status, headers) => {
    edge.answer = (_, response) => response.writeHead(status, headers).end();
    expect(await get(rendition)).toMatchObject({ status });
    edge.answer = picture('made');
    expect(await get(rendition)).toMatchObject({ status: 200, body: 'made' });
  });

  test('serves a stale picture while it asks for a new one, and when the edge is away', async () => {
    const path = `/images/${id}/thumb.webp`;
    const short = 'public, max-age=1, stale-while-revalidate=600';
    edge.answer = picture('old', short);
    await get(path);
    edge.answer = (request) => void request.socket.destroy();
    await vi.waitUntil(async () => (await get(path)).cache === 'imagemill-nginx; hit' && edge.requests.length > 1);
    expect(await get(path)).toMatchObject({ status: 200, body: 'old' });
    edge.answer = picture('new', short);
    await vi.waitFor(async () => expect((await get(path)).body).toBe('new'));
  });

  test('a picture that is gone is not served stale', async () => {
    const path = `/images/${id}/thumb.webp`;
    edge.answer = picture('deleted later', 'public, max-age=1, stale-while-revalidate=600');
    await get(path);
    edge.answer = (_, response) => response.writeHead(410, { 'cache-control': 'public, max-age=60' }).end();
    await vi.waitFor(async () => expect((await get(path)).status).toBe(410));
    expect((await get(path)).status).toBe(410);
  });

  describe('the cache key', () => {
    const chrome = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
    const firefox = 'image/avif,image/jxl,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5';
    const echoAccept: Script = (request, response) =>
      picture(request.headers.accept ?? '', 'public, max-age=60', { vary: 'Accept' })(request, response);

    test('has one of three values for `Accept`', async () => {
      edge.answer = echoAccept;
      const path = `/images/${id}/thumb`;
      const first = (await get(path, { accept: chrome })).body;
      expect(first).toMatch(/^image\/avif,image\/webp/);
      expect((await get(path, { accept: firefox })).body).toBe(first);
      const webp = (await get(path, { accept: 'image/webp,*/*' })).body;
      expect(webp).toMatch(/^image\/webp,image\/jpeg/);
      expect((await get(path, { accept: 'image/avif;q=0, image/webp;q=0.5' })).body).toBe(webp);
      expect((await get(path, { accept: 'IMAGE/AVIF ; q=0.000,image/webp' })).body).toBe(webp);
      const none = (await get(path, { accept: '*/*' })).body;
      expect(none).toMatch(/^image\/jpeg,image\/png/);
      expect((await get(path, { accept: 'image/avif;q=0,image/webp;q=0.0' })).body).toBe(none);
      expect((await get(path, { accept: 'image/avif;q=0.05' })).body).toBe(first);
      expect(lines(edge)).toHaveLength(3);
    });

    test('has no `Accept` if the URL names the format', async () => {
      edge.answer = picture('one');
      for (const accept of [chrome, '*/*'])
        for (const path of [`/images/${id}/thumb.webp`, `/images/${id}?f=webp&w=300`]) await get(path, { accept });
      expect(lines(edge)).toEqual([`GET /images/${id}/thumb.webp`, `GET /images/${id}?f=webp&w=300`]);
    });

    test('has `Accept` for a size with an automatic format', async () => {
      edge.answer = echoAccept;
      for (const query of ['w=300', 'f=auto&w=300']) {
        await get(`/images/${id}?${query}`, { accept: chrome });
        await get(`/images/${id}?${query}`, { accept: '*/*' });
      }
      expect(lines(edge)).toHaveLength(4);
    });

    test('has the known parameters only, in one order; the edge receives the same', async () => {
      edge.answer = picture('one');
      const path = `/images/${id}`;
      await get(`${path}?utm_source=x&w=300&s=abc&kid=k1&f=webp&h=200&fit=cover`);
      await get(`${path}?fit=cover&f=webp&h=200&kid=k1&s=abc&w=300&v=none&random=${randomUUID()}`);
      expect(lines(edge)).toEqual([`GET ${path}?f=webp&fit=cover&h=200&kid=k1&s=abc&w=300`]);
    });

    test('has the first value of a repeated parameter, and the edge receives only that', async () => {
      edge.answer = picture('one');
      await get(`/images/${id}?f=webp&w=300&w=9999`);
      expect(lines(edge)).toEqual([`GET /images/${id}?f=webp&w=300`]);
    });

    test('has no parameters for an immutable rendition', async () => {
      bucket.answer = picture('stored');
      await get(`${rendition}?cache-buster=${randomUUID()}`);
      await get(`${rendition}?w=300`);
      expect(lines(bucket)).toEqual([`GET /cdn${rendition}`]);
    });

    test('has the signature: a forged one does not find what a valid one stored', async () => {
      edge.answer = ({ url }, response) =>
        /[?&]s=good(&|$)/.test(url ?? '')
          ? picture('signed')({} as never, response)
          : response.writeHead(403, { 'cache-control': 'no-store' }).end();
      expect(await get(`/images/${id}?f=webp&s=good&w=300`)).toMatchObject({ status: 200 });
      for (const s of ['forged', 'good%00', 'GOOD', ''])
        expect(await get(`/images/${id}?f=webp&s=${s}&w=300`), s).toMatchObject({ status: 403 });
      expect(await get(`/images/${id}?f=webp&s=good&w=301`)).not.toMatchObject({ cache: 'imagemill-nginx; hit' });
    });
  });

  test('the origins receive no cookies, credentials or origin: what is stored depends on the key only', async () => {
    edge.answer = picture('made');
    const headers = { cookie: 'session=1', authorization: 'Bearer x', origin: 'https://evil.example' };
    await get(rendition, { ...headers, 'x-forwarded-host': 'evil.example' });
    for (const { requests } of [bucket, edge])
      for (const name of Object.keys(headers)) expect(requests[0]?.headers).not.toHaveProperty(name);
  });

  test('answers HEAD, Range and If-None-Match from the cache', async () => {
    bucket.answer = picture('0123456789', IMMUTABLE, { etag: '"abc"' });
    expect(await get(rendition, {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect(await get(rendition, { range: 'bytes=2-4' })).toMatchObject({ status: 206, body: '234' });
    expect(await get(rendition, { 'if-none-match': '"abc"' })).toMatchObject({ status: 304 });
    expect(lines(bucket)).toEqual([`GET /cdn${rendition}`]);
  });

  test('a response that is private or not to be stored is not stored', async () => {
    for (const [index, cacheControl] of ['private, max-age=60', 'no-store', 'no-cache'].entries()) {
      edge.requests.length = 0;
      const path = `/images/${id}/thumb-${index}.webp`;
      edge.answer = picture('not stored', cacheControl);
      await get(path);
      await get(path);
      expect(edge.requests, cacheControl).toHaveLength(2);
    }
  });

  test('private images are never stored, and the edge receives their query unchanged', async () => {
    edge.answer = picture('private', 'private, max-age=60');
    const path = `/private/${id.slice(-2)}/${id}/c1c0940b1c40/thumb.webp?exp=1&kid=k&s=x`;
    await get(path);
    edge.answer = (_, response) => response.writeHead(403).end();
    expect(await get(path)).toMatchObject({ status: 403 });
    expect([lines(bucket), lines(edge)]).toEqual([[], [`GET ${path}`, `GET ${path}`]]);
  });

  test.each([
    '/',
    '/originals/x',
    '/manifests/ab/x.json',
    '/canaries/worker',
    '/images/',
    '/images/../private/x',
    '/images/%2e%2e/originals/x',
    '/images/..%2foriginals/x',
    '//images/x',
    '/private/../originals/x',
    '/images/ab/not-an-id/c1c0940b1c40/thumb.webp',
  ])('%s reaches no origin', async (path) => {
    const [response] = await once(request(nginx.url, { path }).end(), 'response');
    expect(response.resume().statusCode).toBe(404);
    expect([...lines(bucket), ...lines(edge)]).toEqual([]);
  });

  test('other methods are refused', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect(await get(rendition, {}, method)).toMatchObject({ status: 405 });
    expect([...lines(bucket), ...lines(edge)]).toEqual([]);
  });
});
