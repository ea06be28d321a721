import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytes, stored } from './samples.ts';
import type { StorageUnderTest } from './storage-under-test.ts';

export function describeListings({ open }: StorageUnderTest): void {
  const storage = open();

  describe('a listing', () => {
    const folder = `lists/${randomUUID()}/`;
    const names = ['acme/a.json', 'acme/b.json', 'acme/c d+é.json', 'other/a.json'];
    beforeAll(async () => void (await Promise.all(names.map((name) => storage.put(stored(`${folder}${name}`))))));
    const listed = async (list: { prefix: string; startAfter?: string; limit?: number }) => {
      const { objects, nextAfter } = await storage.list({ ...list, prefix: `${folder}${list.prefix}` });
      return { keys: objects.map((object) => object.key.slice(folder.length)), nextAfter };
    };

    test('lists every key under the prefix, in order, with size and time', async () => {
      expect(await listed({ prefix: 'acme/' })).toEqual({ keys: names.slice(0, 3), nextAfter: undefined });
      const [first] = (await storage.list({ prefix: folder })).objects;
      expect(first?.sizeBytes).toBe(bytes.length);
      expect(Math.abs(Date.now() - Number(first?.modifiedAt))).toBeLessThan(600_000);
      expect(await listed({ prefix: 'nobody/' })).toEqual({ keys: [], nextAfter: undefined });
    });

    test('resumes after any key, page by page', async () => {
      const first = await listed({ prefix: '', limit: 3 });
      expect(first).toEqual({ keys: names.slice(0, 3), nextAfter: `${folder}${names[2]}` });
      const second = await listed({ prefix: '', limit: 3, startAfter: first.nextAfter ?? '' });
      expect(second).toEqual({ keys: names.slice(3), nextAfter: undefined });
      expect((await listed({ prefix: 'acme/', startAfter: `${folder}acme/a` })).keys).toEqual(names.slice(0, 3));
    });
  });
}
