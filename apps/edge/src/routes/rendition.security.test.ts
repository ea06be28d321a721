import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { manifestKey } from '@imagemill/variants';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { newImage, pathOf, upload, useEdge } from '../test-support/edge-harness.ts';

const edge = useEdge();
const image = newImage();
const path = pathOf(image);
const { imageId } = image;
let port: number;
beforeAll(async () => {
  port = await edge.listen();
  await upload(edge, image);
});

/** Sends the path as it is: `fetch` would resolve dot segments. */
async function raw(target: string, headers: Record<string, string> = {}) {
  const sent = request({ host: '127.0.0.1', port, path: target, headers, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const body = Buffer.concat(await Array.fromAsync(response));
  return { status: response.statusCode, headers: response.headers, body };
}

describe('a path that is not exactly the key of a rendition is not a picture, and costs no call:', () => {
  test.each([
    ['an upper-case id', path.replace(imageId, imageId.toUpperCase()), 404],
    ['the wrong shard', path.replace(/images\/../, (start) => start.replace(/..$/, 'zz')), 404],
    ['an upper-case revision', path.replace(/\/[0-9a-f]{12}\//, (part) => part.toUpperCase().replace('0', 'A')), 404],
    ['an encoded slash', path.replace('/images/', '/images%2f'), 400],
    ['an encoded letter', path.replace('small', '%73mall'), 400],
    ['an encoded NUL', `${path}%00`, 400],
    ['dot segments', path.replace('/images/', '/images/x/../'), 400],
    ['encoded dot segments', path.replace('/images/', '/images/x/%2e%2e/'), 400],
    ['a double slash', path.replace('/images/', '/images//'), 404],
    ['a trailing slash', `${path}/`, 404],
    ['a backslash', path.replace('/images/', '/images\\'), 400],
    ['another prefix', path.replace('/images/', '/manifests/'), 404],
    ['a second extension', `${path}.webp`, 404],
    ['a media type in place of the extension', path.replace('.webp', '.jpeg'), 404],
    ['no extension', path.replace('.webp', ''), 404],
    ['path parameters', path.replace('.webp', ';v=1.webp'), 404],
    ['a malformed escape', `${path}%`, 400],
  ])('%s', async (_what, target, status) => {
    edge.calls.length = 0;
    const answer = await raw(target);
    expect(answer.status).toBe(status);
    expect(edge.calls).toEqual([]);
  });

  test('an absolute URL as request target', async () => {
    expect((await raw(`http://cdn.test${path}`)).status).toBe(400);
  });
});

test('no header of a request appears in a response or changes it', async () => {
  const plain = await raw(path);
  const poison = 'poison.test';
  const poisoned = await raw(path, {
    'x-forwarded-host': poison,
    'x-forwarded-proto': poison,
    'x-host': poison,
    forwarded: `host=${poison}`,
    'x-original-url': `/${poison}`,
    'x-rewrite-url': `/${poison}`,
    'x-request-id': poison,
    origin: `http://${poison}`,
    accept: 'image/png',
    'accept-encoding': 'br',
    cookie: poison,
    authorization: poison,
    host: poison,
    'x-http-method-override': 'DELETE',
  });
  const { date: _, 'cache-status': __, 'server-timing': ___, ...expected } = plain.headers;
  expect(poisoned.headers).toMatchObject(expected);
  expect(JSON.stringify(poisoned.headers)).not.toContain(poison);
  expect(poisoned.body.equals(plain.body)).toBe(true);
  const failed = await raw(path.replace('small', 'none'), { 'x-request-id': poison });
  expect(JSON.stringify([failed.headers, failed.body.toString()])).not.toContain(poison);
});

test('unknown parameters, however many, change nothing and make no further render', async () => {
  const plain = await raw(path);
  edge.calls.length = 0;
  for (let index = 0; index < 20; index += 1) {
    const answer = await raw(`${path}?w=${index}&cb=${index}&${'x&'.repeat(1000)}`);
    expect([answer.status, answer.headers.etag]).toEqual([200, plain.headers.etag]);
  }
  expect(edge.calls.filter((call) => call.startsWith('put') || call.includes('original'))).toEqual([]);
});

test('a flood of ids that do not exist reads each at most once a second, and renders nothing', async () => {
  const unknown = pathOf(newImage());
  edge.calls.length = 0;
  const answers = await Promise.all(Array.from({ length: 40 }, () => raw(unknown)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
  const manifestReads = edge.calls.filter((call) => call.endsWith('.json'));
  expect(manifestReads.length).toBeLessThanOrEqual(3);
  expect(edge.calls.filter((call) => call.startsWith('put'))).toEqual([]);
});

test.each([
  ['a rendition', (unknown: typeof image) => pathOf(unknown), [pathOf]],
  ['a friendly', (unknown: typeof image) => `/images/${unknown.imageId}/small`, []],
])(
  'an id that does not exist costs one command of Redis, and one read of each key: %s URL',
  async (_what, urlOf, keys) => {
    await raw(urlOf(newImage()));
    const unknown = newImage();
    const commands = vi.spyOn(edge.connection, 'sendCommand');
    onTestFinished(() => commands.mockRestore());
    edge.calls.length = 0;
    expect((await raw(urlOf(unknown))).status).toBe(404);
    expect(commands.mock.calls.map(([{ name }]) => name)).toEqual(['exists']);
    const read = [...keys.map((keyOf) => keyOf(unknown).slice(1)), manifestKey(unknown.imageId)];
    expect(edge.calls).toEqual(read.map((key) => `open ${key}`));
  },
);

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is not served', async (method) => {
  expect((await edge.get(path, {}, method)).status).toBe(404);
});
