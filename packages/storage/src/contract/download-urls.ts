import { describe, expect, test } from 'vitest';
import { bytes, key, stored } from './samples.ts';
import type { StorageUnderTest } from './storage-under-test.ts';

/** Not one of the public keys. */
const privateKey = () => key().replace('images', 'previews');

export function describeDownloadUrls({ open }: StorageUnderTest): void {
  const storage = open();
  const sign = async (expiresInSeconds = 60) => {
    const name = privateKey();
    await storage.put(stored(name));
    return { name, ...(await storage.presignDownload({ key: name, expiresInSeconds })) };
  };

  describe('a download URL', () => {
    test('reads the object without credentials', async () => {
      const { url, expiresAt } = await sign();
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
      expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(50_000);
    });

    test.each<[string, (url: string, other: string) => string, RequestInit?]>([
      ['another key', (url, other) => url.replace(/previews\/[\w-]+\.jpg/, other)],
      ['an extended expiry', (url) => url.replace('Expires=60', 'Expires=6000')],
      ['no signature', (url) => url.slice(0, url.indexOf('?'))],
      ['a write', (url) => url, { method: 'PUT', body: 'other' }],
      ['a deletion', (url) => url, { method: 'DELETE' }],
    ])('is refused for %s', async (_what, change, init) => {
      const [{ url }, other] = [await sign(), privateKey()];
      await storage.put(stored(other));
      expect((await fetch(change(url, other), init)).status).toBe(403);
    });
  });
}
