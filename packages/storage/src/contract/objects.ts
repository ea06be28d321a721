import { describe, expect, test } from 'vitest';
import { bytes, key, stored, textAt } from './samples.ts';
import type { StorageUnderTest } from './storage-under-test.ts';

export function describeObjects({ open, openMissing }: StorageUnderTest): void {
  const storage = open();

  describe('an object', () => {
    test('is read back with its bytes, type, cache header, metadata and size', async () => {
      const name = key();
      const put = await storage.put({ ...stored(name), metadata: { filename: 'a.jpg' } });
      const object = await storage.open(name);
      expect(put).toEqual({ outcome: 'stored', etag: object?.facts.etag });
      expect(object?.facts).toMatchObject({
        sizeBytes: bytes.length,
        contentType: 'image/jpeg',
        cacheControl: 'private',
        metadata: { filename: 'a.jpg' },
      });
      expect(await textAt(storage, name)).toBe(bytes.toString());
      expect(await storage.head(name)).toEqual(object?.facts);
    });

    test('can be read in part', async () => {
      const name = key();
      await storage.put(stored(name));
      const object = await storage.open(name, { range: { start: 4, end: 9 } });
      expect(Buffer.concat(await Array.fromAsync(object?.body ?? [])).toString()).toBe('really');
    });

    test('is gone after a delete, and a second delete succeeds', async () => {
      const name = key();
      await storage.put(stored(name));
      await storage.delete(name);
      await storage.delete(name);
      expect(await storage.head(name)).toBeUndefined();
      expect(await storage.open(name)).toBeUndefined();
    });

    test('is not read if its ETag has changed', async () => {
      const name = key();
      await storage.put(stored(name));
      const etag = (await storage.head(name))?.etag ?? '';
      expect(await textAt(storage, name, { ifMatch: etag })).toBe(bytes.toString());
      await storage.put(stored(name, Buffer.from('another picture')));
      const changed = { code: 'object-changed', retryable: true };
      await expect(storage.open(name, { ifMatch: etag })).rejects.toMatchObject(changed);
    });
  });

  describe('a conditional write', () => {
    const failed = { outcome: 'precondition-failed' };

    test('"if absent" stores only the first object', async () => {
      const name = key();
      expect((await storage.put({ ...stored(name), ifAbsent: true })).outcome).toBe('stored');
      expect(await storage.put({ ...stored(name, Buffer.from('late')), ifAbsent: true })).toEqual(failed);
      expect(await textAt(storage, name)).toBe(bytes.toString());
    });

    test('"if match" replaces only the object with that ETag', async () => {
      const name = key();
      const { etag } = (await storage.put(stored(name))) as { etag: string };
      const replaced = await storage.put({ ...stored(name, Buffer.from('new')), ifMatch: etag });
      expect(replaced.outcome).toBe('stored');
      expect(await storage.put({ ...stored(name), ifMatch: etag })).toEqual(failed);
      await storage.delete(name);
      expect(await storage.put({ ...stored(name), ifMatch: etag })).toEqual(failed);
      expect(await storage.head(name)).toBeUndefined();
    });

    test('succeeds for exactly one of several concurrent writers', async () => {
      const name = key();
      const writers = ['a', 'b', 'c', 'd', 'e', 'f'];
      const puts = writers.map((writer) => storage.put({ ...stored(name, Buffer.from(writer)), ifAbsent: true }));
      const outcomes = (await Promise.all(puts)).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
      expect(await textAt(storage, name)).toBe(writers[outcomes.indexOf('stored')]);
    });
  });

  test('a missing bucket is a retryable error, not a missing object', async () => {
    const missing = openMissing();
    const trouble = { code: 'storage-unavailable', retryable: true };
    await expect(missing.put(stored('x'))).rejects.toMatchObject(trouble);
    await expect(missing.put({ ...stored('x'), ifMatch: '"e"' })).rejects.toMatchObject(trouble);
    await expect(missing.open('x')).rejects.toMatchObject(trouble);
    await expect(missing.probe()).rejects.toMatchObject(trouble);
    await storage.probe();
  });

  test('an aborted call is a retryable error', async () => {
    const signal = AbortSignal.abort();
    await expect(storage.head(key(), { signal })).rejects.toMatchObject({
      code: 'storage-unavailable',
      retryable: true,
    });
  });
}
