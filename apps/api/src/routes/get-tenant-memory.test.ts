import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';

const KB = 1_000;
const IMAGES = 20;
/** The largest ticket that the API accepts: docs/security.md has what one takes. */
const largest = {
  filename: 'é'.repeat(100),
  contentType: 'image/jpeg',
  contentLength: 5,
  category: 'product',
  metadata: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`key-${index}`, 'é'.repeat(60)])),
};

test('the memory of a tenant is shown, is that of its own images, and is bounded for each ticket and deletion', async () => {
  const api = await createApiHarness();
  const memoryOf = async (tenant: string) =>
    (await api.call('GET', `/v1/tenant-memory?tenant=${tenant}`, undefined, api.keys.admin)).body as Record<
      string,
      number
    >;
  const ids: string[] = [];
  for (let index = 0; index < IMAGES; index += 1) {
    const headers = { 'idempotency-key': randomUUID() };
    const { body } = await api.call('POST', '/v1/images/upload-url', largest, api.keys.acme, headers);
    ids.push(String(body.imageId));
  }
  const before = await memoryOf('acme');
  expect(before).toMatchObject({ images: IMAGES, unfinishedImages: IMAGES });
  expect(before.bytes).toBeGreaterThan(IMAGES * 1 * KB);
  expect(before.bytes).toBeLessThan(IMAGES * 12 * KB);
  expect(await memoryOf('other')).toMatchObject({ images: 0, bytes: 0 });
  for (const id of ids) await api.call('DELETE', `/v1/images/${id}`);
  const after = await memoryOf('acme');
  expect(after.bytes).toBeLessThan(IMAGES * 12 * KB);
  await api.close();
});
