import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { type PictureServer, startPictureServer } from '../test-support/picture-server.ts';
import { createDownload, type DownloadOptions } from './download.ts';

const open: PictureServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

async function start(answer: Answer, change: Partial<DownloadOptions> = {}) {
  const server = await startPictureServer((request, response) => answer(response, request));
  open.push(server);
  const download = createDownload({ allowPrivate: true, bytesMax: 1_000, timeoutMs: 10_000, ...change });
  const get = (path = '/a.jpg', signal = new AbortController().signal) => download(`${server.url}${path}`, signal);
  return { ...server, get };
}

describe('an image', () => {
  test('arrives byte for byte', async () => {
    const picture = randomBytes(1_000);
    const { get } = await start((response) => response.end(picture));
    expect(Buffer.from(await get())).toEqual(picture);
  });

  test('is requested without compression, and never decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(500_000));
    const { get } = await start((response, { headers }) =>
      response.writeHead(200, { 'content-encoding': 'gzip', asked: headers['accept-encoding'] }).end(bomb),
    );
    expect(Buffer.from(await get())).toEqual(bomb);
  });

  test.each<[string, Answer]>([
    ['by its content-length', (response) => response.writeHead(200, { 'content-length': 1_001 }).flushHeaders()],
    ['by the bytes received', (response) => response.write(randomBytes(1_001))],
    ['in an endless body', (response) => void setInterval(() => response.write(randomBytes(400)), 5).unref()],
  ])('that is too large %s is rejected before its end', async (_how, answer) => {
    const { get } = await start(answer);
    await expect(get()).rejects.toMatchObject({ code: 'too-many-bytes' });
  });

  test.each<[string, Answer]>([
    ['a truncated body', (response) => response.writeHead(200, { 'content-length': 100 }).end('x')],
    ['a broken connection', (response) => response.write('x', () => response.destroy())],
    ['a 500', (response) => response.writeHead(500).end()],
    ['a 429', (response) => response.writeHead(429).end()],
  ])('is retried after %s', async (_what, answer) => {
    const { get } = await start(answer);
    await expect(get()).rejects.toMatchObject({ code: 'import-failed', retryable: true });
  });

  test.each([
    [404, 'import-not-found'],
    [410, 'import-not-found'],
    [401, 'import-refused'],
    [403, 'import-refused'],
    [204, 'import-refused'],
    [304, 'import-refused'],
  ])('is rejected after a %i', async (status, code) => {
    const { get } = await start((response) => response.writeHead(status).end());
    await expect(get()).rejects.toMatchObject({ code, retryable: false });
  });
});

describe('a server', () => {
  test('that sends byte by byte is cut off at the time limit', async () => {
    const { get } = await start((response) => void setInterval(() => response.write('x'), 20).unref(), {
      timeoutMs: 300,
    });
    await expect(get()).rejects.toMatchObject({ code: 'import-failed' });
  });

  test('that never responds is cut off at the time limit', async () => {
    const { get } = await start(() => {}, { timeoutMs: 300 });
    await expect(get()).rejects.toMatchObject({ code: 'import-failed' });
  });

  test('that switches protocols unasked counts as failed', async () => {
    const { get } = await start((response) => {
      response.writeHead(101, { connection: 'upgrade', upgrade: 'websocket' }).flushHeaders();
    });
    await expect(get()).rejects.toMatchObject({ code: 'import-failed' });
  });

  test('is disconnected at once if the job is aborted', async () => {
    const stop = new AbortController();
    const { get } = await start(() => stop.abort(new Error('stop')));
    await expect(get('/', stop.signal)).rejects.toThrow('stop');
  });

  test('that sends oversized headers counts as failed', async () => {
    const { get } = await start((response) => response.writeHead(200, { more: 'x'.repeat(20_000) }).end());
    await expect(get()).rejects.toMatchObject({ code: 'import-failed' });
  });

  test('that refuses connections is retried', async () => {
    const { get, close } = await start(() => {});
    await close();
    open.pop();
    await expect(get()).rejects.toMatchObject({ code: 'import-failed' });
  });
});

describe('a redirect', () => {
  const hops =
    (count: number): Answer =>
    (response, { url = '' }) => {
      const hop = Number(url.slice(1));
      if (hop < count) response.writeHead(302, { location: `/${hop + 1}` }).end();
      else response.end('picture');
    };

  test('is followed three times but not a fourth time', async () => {
    expect(Buffer.from(await (await start(hops(3))).get('/0')).toString()).toBe('picture');
    const tooMany = await start(hops(4));
    await expect(tooMany.get('/0')).rejects.toMatchObject({ code: 'import-forbidden' });
    expect(tooMany.requestedPaths).toEqual(['/0', '/1', '/2', '/3']);
  });

  test.each(['file:///etc/passwd', 'http://a:b@127.0.0.1/', 'data:,x', 'http://'])(
    'to %s is not followed',
    async (location) => {
      const { get } = await start((response) => response.writeHead(301, { location }).end());
      await expect(get()).rejects.toMatchObject({ code: 'import-forbidden' });
    },
  );

  test('without a location is rejected', async () => {
    const { get } = await start((response) => response.writeHead(302).end());
    await expect(get()).rejects.toMatchObject({ code: 'import-refused' });
  });
});
