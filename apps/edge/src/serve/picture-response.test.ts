import { expect, test } from 'vitest';
import { newImage, pathOf, useEdge } from '../test-support/edge-harness.ts';

const edge = useEdge();

/** More than the edge holds in memory, and less. */
const sizes = { streamed: 300 * 1024, held: 1024 };

async function stored(size: number) {
  const path = pathOf(newImage());
  const body = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
  const facts = { contentType: 'image/webp', cacheControl: 'public' };
  await edge.storage.put({ key: path.slice(1), body, ...facts });
  return {
    body,
    get: (headers: Record<string, string> = {}, method?: string) => edge.get(path, headers, method),
    path,
  };
}

// As text: to compare 300 kB as bytes takes a tenth of a second.
const textOf = (bytes: Buffer) => bytes.toString('latin1');

const seen = async (response: Response) => ({
  status: response.status,
  range: response.headers.get('content-range'),
  length: response.headers.get('content-length'),
  body: textOf(Buffer.from(await response.arrayBuffer())),
});

test.each(Object.entries(sizes))('a %s picture has byte ranges', async (_what, size) => {
  const { body, get } = await stored(size);
  expect(await seen(await get())).toEqual({ status: 200, range: null, length: String(size), body: textOf(body) });
  for (const [range, start, end] of [
    ['bytes=10-19', 10, 19],
    ['bytes=-5', size - 5, size - 1],
    [`bytes=${size - 3}-`, size - 3, size - 1],
    [`bytes=0-${2 * size}`, 0, size - 1],
  ] as const) {
    expect(await seen(await get({ range }))).toEqual({
      status: 206,
      range: `bytes ${start}-${end}/${size}`,
      length: String(end - start + 1),
      body: textOf(body.subarray(start, end + 1)),
    });
  }
  expect(await seen(await get({ range: `bytes=${size}-` }))).toMatchObject({ status: 416, range: `bytes */${size}` });
});

test('a part of a large picture is read without opening the whole one', async () => {
  const { get, path } = await stored(sizes.streamed);
  edge.calls.length = 0;
  expect((await seen(await get({ range: 'bytes=10-19' }))).status).toBe(206);
  const key = path.slice(1);
  expect(edge.calls).toEqual([`head ${key}`, `open ${key}`]);
});

test.each(Object.entries(sizes))(
  'the object of a %s picture is not opened for HEAD or a 304, however many ask at once, and is for another ETag',
  async (_what, size) => {
    const { body, get, path } = await stored(size);
    const key = path.slice(1);
    const etag = (await edge.storage.head(key))?.etag ?? '';
    edge.calls.length = 0;
    const responses = await Promise.all([
      ...Array.from({ length: 3 }, () => get({}, 'HEAD')),
      ...Array.from({ length: 3 }, () => get({ 'if-none-match': etag })),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 304, 304, 304]);
    expect(edge.calls).toEqual([`head ${key}`]);
    const both = await Promise.all(Array.from({ length: 2 }, () => get({ 'if-none-match': '"x"' })));
    for (const response of both) expect(await seen(response)).toMatchObject({ status: 200, body: textOf(body) });
  },
);

test.each(Object.entries(sizes))('a %s picture ignores what it may ignore of a range', async (_what, size) => {
  const { body, get } = await stored(size);
  const whole = { status: 200, range: null, body: textOf(body) };
  for (const headers of [
    { range: 'bytes=0-1,5-6' },
    { range: 'pages=1-2' },
    { range: 'bytes=x' },
    { range: 'bytes=0-1,x' },
    { range: 'bytes=0-9', 'if-range': '"another"' },
  ]) {
    expect(await seen(await get(headers))).toMatchObject(whole);
  }
  const etag = (await get()).headers.get('etag') ?? '';
  expect((await get({ range: 'bytes=0-9', 'if-range': etag })).status).toBe(206);
  expect(await seen(await get({ range: 'bytes=0-9' }, 'HEAD'))).toMatchObject({ status: 200, length: String(size) });
});

test.each(Object.entries(sizes))('a %s picture is a 304 for its ETag, before any range', async (_what, size) => {
  const { get } = await stored(size);
  const etag = (await get()).headers.get('etag') ?? '';
  for (const condition of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    expect((await get({ 'if-none-match': condition, range: 'bytes=0-1' })).status).toBe(304);
  }
  expect((await get({ 'if-none-match': '"x"' })).status).toBe(200);
});

test.each([
  ['shoe.webp', 'attachment; filename=shoe.webp'],
  ['shoe', 'attachment; filename=shoe.webp'],
  ['shoe.exe', 'attachment; filename=shoe.exe.webp'],
  ['../../etc/passwd', 'attachment; filename=-..-etc-passwd.webp'],
  ['a"\r\nset-cookie: x', 'attachment; filename="a---set-cookie- x.webp"'],
  ['Schuh für dich', `attachment; filename="Schuh f?r dich.webp"; filename*=UTF-8''Schuh%20f%C3%BCr%20dich.webp`],
  ['', 'attachment; filename=image.webp'],
  ['gpj\u202eexe', 'attachment; filename=gpj-exe.webp'],
])('?download=%j is a safe file name', async (name, expected) => {
  const { path } = await stored(10);
  const response = await edge.get(`${path}?download=${encodeURIComponent(name)}`);
  expect(response.headers.get('content-disposition')).toBe(expected);
  expect(response.headers.get('set-cookie')).toBeNull();
});
