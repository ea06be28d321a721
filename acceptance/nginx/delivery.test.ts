import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSeller } from '../test-support/seller.ts';
import { equippedStack } from '../test-support/shared.ts';
import { type Nginx, nginxProgram, startNginx } from './nginx-server.ts';
import { startPurgeReceiver } from './purge-receiver.ts';

/** `pnpm test:nginx` installs nginx. */
describe.skipIf(!nginxProgram)('imagemill behind nginx', () => {
  let stack: Awaited<ReturnType<typeof equippedStack>>;
  let seller: ReturnType<typeof createSeller>;
  let nginx: Nginx;
  let receiver: Awaited<ReturnType<typeof startPurgeReceiver>>;
  beforeAll(async () => {
    stack = await equippedStack();
    seller = createSeller(stack);
    const bucket = `${stack.s3Endpoint}/${stack.cdnBucket}`;
    nginx = await startNginx({ bucket, edge: stack.edgeUrl });
    receiver = await startPurgeReceiver(nginx.cacheDir);
  });
  afterAll(async () => {
    await receiver?.stop();
    await nginx?.stop();
  });

  const pathOf = (url: string) => url.slice(stack.cdnBaseUrl.length);
  async function get(path: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${nginx.url}${path}`, { headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    return {
      status: response.status,
      cache: response.headers.get('cache-status') ?? '',
      bytes,
      headers: response.headers,
    };
  }
  const newPhoto = () =>
    sharp({ create: { width: 96, height: 96, channels: 3, background: `#${randomBytes(3).toString('hex')}` } })
      .jpeg()
      .toBuffer();

  const smallOf = (renditions: readonly { variant: string; url: string }[]) =>
    pathOf(renditions.find(({ variant }) => variant === 'small')?.url ?? '');

  test('a picture is there from the second its original is, is made once for many, and is a hit from then on', async () => {
    const bytes = await newPhoto();
    const ticket = await seller.ticket({ bytes, category: 'avatar' });
    await seller.put(ticket, bytes);
    const path = smallOf(ticket.renditions);
    const many = await Promise.all(Array.from({ length: 40 }, () => get(path)));
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200]));
    expect(many.filter(({ cache }) => cache.includes('imagemill-nginx; fwd=uri-miss'))).toHaveLength(1);
    expect(await get(path)).toMatchObject({ status: 200, cache: expect.stringContaining('imagemill-nginx; hit') });
  });

  test('a 404 before the upload is kept for seconds only', async () => {
    const bytes = await newPhoto();
    const ticket = await seller.ticket({ bytes, category: 'avatar' });
    const path = smallOf(ticket.renditions);
    const before = await get(path);
    expect([before.status, before.headers.get('cache-control')]).toEqual([404, expect.stringMatching(/max-age=\d$/)]);
    await seller.put(ticket, bytes);
    await expect.poll(async () => (await get(path)).status, { timeout: 60_000 }).toBe(200);
  });

  test('what a worker has stored comes from the bucket, with the bytes of the bucket', async () => {
    const { image } = await seller.upload({ bytes: await newPhoto(), category: 'avatar' });
    for (const { url, bytes } of image.renditions.slice(0, 3)) {
      const delivered = await get(pathOf(url));
      expect(delivered).toMatchObject({ status: 200, cache: 'imagemill-nginx; fwd=uri-miss' });
      expect(delivered.bytes.byteLength).toBe(bytes);
    }
  });

  test('a friendly URL is made and kept once for each of the three kinds of Accept', async () => {
    const bytes = await newPhoto();
    const ticket = await seller.ticket({ bytes, category: 'avatar' });
    await seller.put(ticket, bytes);
    const path = `/images/${ticket.imageId}/large`;
    for (const [first, second, type] of [
      ['image/avif,image/webp,*/*;q=0.8', 'image/webp,image/avif', 'image/avif'],
      ['image/webp,*/*', 'image/avif;q=0,image/webp', 'image/webp'],
      ['*/*', 'text/html', 'image/jpeg'],
    ]) {
      const made = await get(path, { accept: first ?? '' });
      expect([made.headers.get('content-type'), made.cache]).toEqual([type, expect.stringContaining('fwd=uri-miss')]);
      const kept = await get(path, { accept: second ?? '' });
      expect([kept.headers.get('content-type'), kept.cache]).toEqual([type, expect.stringContaining('nginx; hit')]);
    }
  });

  test('a deleted picture is gone from the cache after the purge, under all its URLs, and others stay', async () => {
    const [{ image }, { image: other }] = await Promise.all([
      seller.upload({ bytes: await newPhoto(), category: 'avatar' }),
      seller.upload({ bytes: await newPhoto(), category: 'avatar' }),
    ]);
    const path = pathOf(image.renditions[0]?.url ?? '');
    const kept = pathOf(other.renditions[0]?.url ?? '');
    for (const each of [path, kept]) expect((await get(each)).status).toBe(200);
    const deletion = await fetch(`${stack.apiUrl}/v1/images/${image.imageId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${stack.apiKey}` },
    });
    expect(deletion.status).toBe(204);
    expect((await get(path)).cache).toContain('imagemill-nginx; hit');
    // The worker purges after it has deleted the files.
    await expect
      .poll(async () => (await fetch(`${stack.cdnBaseUrl}${path}`)).status, { timeout: 60_000 })
      .not.toBe(200);

    expect(await receiver.purge(image.imageId)).toBe(204);
    expect((await get(path)).status).toBe(410);
    expect((await get(kept)).cache).toContain('imagemill-nginx; hit');
  });

  test('a private image is delivered with its signature only, and nothing of it is stored', async () => {
    const { image } = await seller.upload({ bytes: await newPhoto(), category: 'papers' });
    for (const { url } of image.renditions) {
      const path = pathOf(url);
      for (const _ of ['first', 'second']) {
        const { status, cache, headers } = await get(path);
        expect([status, headers.get('cache-control')]).toEqual([200, expect.stringMatching(/^private, max-age=/)]);
        expect(cache).not.toContain('imagemill-nginx');
      }
      expect((await get(path.replace(/\?.*/, ''))).status).toBe(403);
      expect((await get(path.replace('/private/', '/images/'))).status).toBe(404);
    }
    const files = await readdir(nginx.cacheDir, { recursive: true, withFileTypes: true });
    for (const file of files.filter((one) => one.isFile())) {
      expect(await readFile(join(file.parentPath, file.name), 'latin1')).not.toContain(`KEY: /private/`);
    }
  });

  test('a purge that is not signed, or too old, is refused', async () => {
    const { image } = await seller.upload({ bytes: await newPhoto(), category: 'avatar' });
    const path = pathOf(image.renditions[0]?.url ?? '');
    await get(path);
    const signedWith = `whsec_${randomBytes(32).toString('base64')}`;
    expect(await receiver.purge(image.imageId, { signedWith })).toBe(401);
    expect(await receiver.purge(image.imageId, { sentAt: new Date(Date.now() - 3600_000) })).toBe(401);
    expect((await get(path)).cache).toContain('imagemill-nginx; hit');
  });
});
