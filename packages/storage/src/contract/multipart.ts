import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { StorageUnderTest } from './storage-under-test.ts';

const MIB = 1024 * 1024;
/** S3 accepts smaller parts only as the last one. */
const first = Buffer.alloc(5 * MIB, 'abc');
const last = Buffer.from('the end');

const put = (url: string, bytes: Buffer) => fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });

export function describeMultipart({ open }: StorageUnderTest): void {
  const storage = open();
  const { multipart } = storage;

  async function begin(key = `originals/${randomUUID()}.jpg`) {
    const about = { contentType: 'image/jpeg', cacheControl: 'private', metadata: { filename: 'shoe.jpg' } };
    const upload = { key, uploadId: await multipart.create({ key, ...about }) };
    const sign = async (partNumber: number, contentLength: number, expiresInSeconds = 60) => {
      const { parts } = await multipart.presignParts({
        ...upload,
        parts: [{ partNumber, contentLength }],
        expiresInSeconds,
      });
      return parts[0]?.url ?? '';
    };
    const send = async (partNumber: number, bytes: Buffer) => put(await sign(partNumber, bytes.length), bytes);
    const complete = async () => multipart.complete({ ...upload, parts: (await multipart.parts(upload)) ?? [] });
    return { upload, sign, send, complete };
  }

  test('parts become an object with the type, cache header and metadata given at the start', async () => {
    const { upload, send, complete } = await begin();
    for (const [index, bytes] of [first, last].entries()) expect((await send(index + 1, bytes)).status).toBe(200);
    expect(await multipart.parts(upload)).toMatchObject([
      { partNumber: 1, sizeBytes: first.length, etag: expect.stringMatching(/^".+"$/) },
      { partNumber: 2, sizeBytes: last.length },
    ]);
    expect(await storage.head(upload.key)).toBeUndefined();
    expect(await complete()).toBe('completed');
    const object = await storage.open(upload.key);
    expect(object?.facts).toMatchObject({
      sizeBytes: first.length + last.length,
      contentType: 'image/jpeg',
      cacheControl: 'private',
      metadata: { filename: 'shoe.jpg' },
    });
    const bytes = Buffer.concat(await Array.fromAsync(object?.body ?? []));
    expect(bytes.equals(Buffer.concat([first, last]))).toBe(true);
  });

  describe('the URL of a part', () => {
    const attacks: [string, (url: URL) => URL, Buffer][] = [
      ['more bytes', (url) => url, Buffer.from('the end, and more')],
      ['fewer bytes', (url) => url, Buffer.from('the')],
      ['another part', (url) => withQuery(url, 'partNumber', '2'), last],
      ['part 0', (url) => withQuery(url, 'partNumber', '0'), last],
      ['another upload', (url) => withQuery(url, 'uploadId', 'other'), last],
      ['a longer life', (url) => withQuery(url, 'X-Amz-Expires', '6000'), last],
      ['another key', (url) => new URL(url.href.replace('/originals/', '/manifests/')), last],
      ['the whole object', (url) => withoutQuery(url, 'uploadId', 'partNumber'), last],
    ];
    test.each(attacks)('rejects %s', async (_what, change, bytes) => {
      const { upload, sign } = await begin();
      const url = change(new URL(await sign(1, last.length)));
      expect((await put(url.href, bytes)).status).toBe(403);
      expect(await multipart.parts(upload)).toEqual([]);
      expect(await storage.head(upload.key)).toBeUndefined();
    });

    test('is rejected after its upload was aborted, and after its expiry', async () => {
      const { upload, sign } = await begin();
      const past = open({ now: () => new Date(Date.now() - 120_000) });
      const parts = [{ partNumber: 1, contentLength: last.length }];
      const expired = await past.multipart.presignParts({ ...upload, parts, expiresInSeconds: 60 });
      expect((await put(expired.parts[0]?.url ?? '', last)).status).toBe(403);
      const url = await sign(1, last.length);
      await multipart.abort(upload);
      expect((await put(url, last)).status).toBe(404);
    });
  });

  test('replaced parts and a missing upload are return values, not errors', async () => {
    const { upload, send } = await begin();
    await send(1, last);
    const parts = (await multipart.parts(upload)) ?? [];
    await send(1, Buffer.from('another'));
    expect(await multipart.complete({ ...upload, parts })).toBe('parts-changed');
    await multipart.abort(upload);
    await multipart.abort(upload);
    expect(await multipart.parts(upload)).toBeUndefined();
    expect(await multipart.complete({ ...upload, parts })).toBe('no-such-upload');
  });

  test('a part that is sent again replaces the first one, even after it has failed a completion', async () => {
    const { upload, send, complete } = await begin();
    await send(1, Buffer.from('another'));
    const parts = (await multipart.parts(upload)) ?? [];
    await send(1, last);
    expect(await multipart.complete({ ...upload, parts })).toBe('parts-changed');
    expect(await complete()).toBe('completed');
    expect(await storage.head(upload.key)).toMatchObject({ sizeBytes: last.length });
  });

  test('lists all parts, even more than one page of 1,000', async () => {
    const { upload } = await begin();
    const numbers = Array.from({ length: 1001 }, (_, index) => index + 1);
    const asked = numbers.map((partNumber) => ({ partNumber, contentLength: 1 }));
    const parts = [...(await multipart.presignParts({ ...upload, parts: asked, expiresInSeconds: 60 })).parts];
    while (parts.length > 0) await Promise.all(parts.splice(0, 50).map(({ url }) => put(url, Buffer.from('x'))));
    expect((await multipart.parts(upload))?.map(({ partNumber }) => partNumber)).toEqual(numbers);
  });

  test('lists unfinished uploads by key, starting after any of them, including several for one key', async () => {
    const prefix = `originals/${randomUUID()}/`;
    const begun = [await begin(`${prefix}a`), await begin(`${prefix}a`), await begin(`${prefix}b`)];
    await begin(`originals/${randomUUID()}/c`);
    const { uploads, nextAfter } = await multipart.list({ prefix });
    expect(nextAfter).toBeUndefined();
    expect(uploads.map(({ uploadId }) => uploadId).toSorted()).toEqual(
      begun.map(({ upload }) => upload.uploadId).toSorted(),
    );
    for (const { initiatedAt } of uploads) expect(Math.abs(Date.now() - initiatedAt.getTime())).toBeLessThan(60_000);
    const rest = await multipart.list({ prefix, after: uploads[0] });
    expect(rest.uploads).toEqual(uploads.slice(1));
  });
}

function withQuery(url: URL, name: string, value: string): URL {
  url.searchParams.set(name, value);
  return url;
}

function withoutQuery(url: URL, ...names: string[]): URL {
  for (const name of names) url.searchParams.delete(name);
  return url;
}
