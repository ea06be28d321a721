import { describe, expect, test } from 'vitest';
import type { ObjectStorage, PresignedUpload } from '../object-storage.ts';
import { anHourAgo, bytes, declared, sha256, stored, textAt } from './samples.ts';
import type { StorageUnderTest } from './storage-under-test.ts';

export function describeUploadUrls({ open, lacks = [] }: StorageUnderTest): void {
  const storage = open();
  const put = ({ url, headers }: PresignedUpload, body: Buffer = bytes, more: Record<string, string> = {}) =>
    fetch(url, { method: 'PUT', headers: { ...headers, ...more }, body: new Uint8Array(body) });
  const sign = async (more: object = {}, to: ObjectStorage = storage) => {
    const upload = declared(more);
    return { ...(await to.presignUpload(upload)), key: upload.key };
  };

  describe('an upload URL', () => {
    test('stores what was declared, with its metadata and cache header', async () => {
      const upload = await sign();
      expect((await put(upload)).status).toBe(200);
      expect(await storage.head(upload.key)).toMatchObject({
        sizeBytes: bytes.length,
        contentType: 'image/jpeg',
        cacheControl: 'private',
        metadata: { filename: 'caf%C3%A9.jpg' },
      });
    });

    test.each<[string, (upload: PresignedUpload) => Promise<Response>]>([
      ['a tampered signature', (u) => put({ ...u, url: withOtherSignature(u.url) })],
      ['another key', (u) => put({ ...u, url: u.url.replace('/images/', '/private/') })],
      ['an extended expiry', (u) => put({ ...u, url: u.url.replace('Expires=60', 'Expires=6000') })],
      ['another type', (u) => put(u, bytes, { 'content-type': 'text/html' })],
      ['more bytes', (u) => put(u, Buffer.concat([bytes, bytes]))],
      ['fewer bytes', (u) => put(u, bytes.subarray(1))],
      ['another cache header', (u) => put(u, bytes, { 'cache-control': 'public' })],
    ])('rejects %s, and stores nothing', async (_, attempt) => {
      const upload = await sign();
      expect((await attempt(upload)).status).toBe(403);
      expect(await storage.head(upload.key)).toBeUndefined();
    });

    test.each(Object.entries(publishingHeaders))('refuses the unsigned header %s', async (name, value) => {
      const upload = await sign();
      expect((await put(upload, bytes, { [name]: value })).status).toBe(403);
      expect(await storage.head(upload.key)).toBeUndefined();
    });

    test('copies no other object', async () => {
      const [other, upload] = [declared().key, await sign()];
      await storage.put(stored(other));
      const source = { 'x-amz-copy-source': `/${storage.bucket}/${other}` };
      expect((await put(upload, bytes, source)).status).toBe(403);
      expect(await storage.head(upload.key)).toBeUndefined();
    });

    test.skipIf(lacks.includes('unsigned-headers-refused')).each(Object.entries(otherAmzHeaders))(
      'refuses the unsigned header %s',
      async (name, value) => {
        const upload = await sign();
        expect((await put(upload, bytes, { [name]: value })).status).toBe(403);
        expect(await storage.head(upload.key)).toBeUndefined();
      },
    );

    test('stores the same bytes, type, cache header and metadata, whatever unsigned headers of the content are sent', async () => {
      const upload = await sign();
      expect((await put(upload, bytes, unsignedContentHeaders)).status).toBe(200);
      expect(await storage.head(upload.key)).toMatchObject({
        sizeBytes: bytes.length,
        contentType: 'image/jpeg',
        cacheControl: 'private',
        metadata: { filename: 'caf%C3%A9.jpg' },
      });
      expect(await textAt(storage, upload.key)).toBe(bytes.toString());
    });

    test('is rejected after its expiry', async () => {
      const upload = await sign({}, open({ now: anHourAgo }));
      expect(upload.expiresAt.getTime()).toBeLessThan(Date.now());
      expect((await put(upload)).status).toBe(403);
    });

    test('is identical for the same upload signed at the same time', async () => {
      const upload = declared({ signedAt: new Date() });
      expect(await storage.presignUpload(upload)).toEqual(await storage.presignUpload(upload));
    });

    test('stores only once', async () => {
      const upload = await sign();
      await put(upload);
      expect((await put(upload)).status).toBe(412);
    });

    test('overwrites the first upload only if that is allowed', async () => {
      const upload = await sign({}, open({ allowOverwrite: true }));
      await put(upload);
      expect((await put(upload)).status).toBe(200);
    });

    test.skipIf(lacks.includes('declared-checksum'))('rejects bytes without the declared SHA-256', async () => {
      const upload = await sign({ checksumSha256: sha256(bytes) });
      expect((await put(upload, Buffer.from(bytes).fill('x'))).status).toBe(400);
      expect((await put(upload)).status).toBe(200);
    });
  });
}

/** Headers with which an uploader could publish an original. */
const publishingHeaders = {
  'x-amz-acl': 'public-read',
  'x-amz-grant-read': 'uri="http://acs.amazonaws.com/groups/global/AllUsers"',
  'x-amz-grant-full-control': 'uri="http://acs.amazonaws.com/groups/global/AllUsers"',
};

/** Headers that no reader of originals obeys. */
const otherAmzHeaders = {
  'x-amz-meta-extra': 'x',
  'x-amz-tagging': 'a=b',
  'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  'x-amz-website-redirect-location': 'https://shop.example.com',
  'x-amz-server-side-encryption': 'AES256',
  'x-amz-object-lock-legal-hold': 'ON',
};

/** Signature Version 4 does not require these to be signed. Only a browser that opens the original would obey them. */
const unsignedContentHeaders = {
  'content-encoding': 'gzip',
  'content-disposition': 'inline; filename="page.html"',
  'content-language': 'de',
  expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
};

const withOtherSignature = (url: string) =>
  url.replace(/(Signature=)(.)/, (_, name: string, digit: string) => name + (digit === '0' ? '1' : '0'));
