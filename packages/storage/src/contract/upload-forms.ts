import { describe, expect, test } from 'vitest';
import type { ObjectStorage, PresignedPost } from '../object-storage.ts';
import { anHourAgo, bytes, declared, sha256 } from './samples.ts';
import type { StorageUnderTest } from './storage-under-test.ts';

export function describeUploadForms({ open, lacks = [] }: StorageUnderTest): void {
  const storage = open();
  const post = ({ url, fields }: PresignedPost, more: Record<string, string> = {}, body: Buffer = bytes) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...more })) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(body)]), 'other-name.jpg');
    return fetch(url, { method: 'POST', body: form });
  };
  const sign = (more: object = {}, to: ObjectStorage = storage) => to.presignPost(declared(more));

  describe('an upload form', () => {
    test('stores what was declared, with its metadata and cache header', async () => {
      const form = await sign();
      expect((await post(form)).status).toBe(204);
      expect(await storage.head(form.fields.key ?? '')).toMatchObject({
        sizeBytes: bytes.length,
        contentType: 'image/jpeg',
        cacheControl: lacks.includes('cache-header-of-forms') ? undefined : 'private',
        metadata: { filename: 'caf%C3%A9.jpg' },
      });
    });

    const later = JSON.stringify({ expiration: '2099-01-01T00:00:00Z', conditions: [] });
    test.each<[string, Record<string, string>, Buffer?]>([
      ['another key', { key: 'private/stolen' }],
      ['another type', { 'Content-Type': 'text/html' }],
      ['another cache header', { 'Cache-Control': 'public' }],
      ['metadata that was not declared', { 'x-amz-meta-more': 'x' }],
      ['a replaced policy', { Policy: Buffer.from(later).toString('base64') }],
      ['more bytes', {}, Buffer.concat([bytes, bytes])],
      ['fewer bytes', {}, bytes.subarray(1)],
    ])('rejects %s, and stores nothing', async (_, fields, body) => {
      const form = await sign();
      expect([400, 403]).toContain((await post(form, fields, body)).status);
      expect(await storage.head(fields.key ?? form.fields.key ?? '')).toBeUndefined();
    });

    test('is rejected after its expiry', async () => {
      const form = await sign({}, open({ now: anHourAgo }));
      expect(form.expiresAt.getTime()).toBeLessThan(Date.now());
      expect((await post(form)).status).toBe(403);
    });

    test.skipIf(lacks.includes('declared-checksum'))('rejects bytes without the declared SHA-256', async () => {
      const form = await sign({ checksumSha256: sha256(bytes) });
      expect((await post(form, {}, Buffer.from(bytes).fill('x'))).status).toBe(400);
      expect((await post(form)).status).toBe(204);
    });
  });
}
