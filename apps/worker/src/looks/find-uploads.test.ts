import type { UploadLook } from '@imagemill/queue';
import { parseOriginalKey } from '@imagemill/variants';
import { beforeAll, expect, test, vi } from 'vitest';
import { job, makeBucket, storage } from '../test-support/render-harness.ts';
import { createFindUploads } from './find-uploads.ts';

beforeAll(makeBucket);

const { signal } = new AbortController();

function lookFor(originalKey: string): UploadLook {
  const address = parseOriginalKey(originalKey);
  if (!address) throw new Error('not an original');
  return { address, originalKey, uploadExpiresAt: Date.now(), inParts: false };
}

const put = (key: string) =>
  storage.put({ key, body: Buffer.from('bytes'), contentType: 'image/jpeg', cacheControl: 'private' });

test.each([
  ['few', 3, { heads: 3, lists: 0 }],
  ['many', 40, { heads: 0, lists: 1 }],
])('finds %s uploads of a tenant with few requests', async (_how, count, requests) => {
  const looks = Array.from({ length: count }, () => lookFor(job().originalKey));
  const uploaded = looks.filter((_look, index) => index % 3 === 1);
  for (const { originalKey } of uploaded) await put(originalKey);
  const [head, list] = [vi.spyOn(storage, 'head'), vi.spyOn(storage, 'list')];
  const found = await createFindUploads(storage)(looks, signal);
  expect({ heads: head.mock.calls.length, lists: list.mock.calls.length }).toEqual(requests);
  vi.restoreAllMocks();
  expect(found.present).toEqual(new Set(uploaded));
  expect(found.open.size).toBe(0);
  expect(found.requests).toBe(requests.heads + requests.lists);
});

test('leaves looks open that one listing does not reach', async () => {
  const looks = Array.from({ length: 20 }, () => lookFor(job().originalKey));
  for (const { originalKey } of looks) await put(originalKey);
  const list = storage.list;
  vi.spyOn(storage, 'list').mockImplementation((wanted) => list({ ...wanted, limit: 5 }));
  const found = await createFindUploads(storage)(looks, signal);
  vi.restoreAllMocks();
  expect(found.present).toEqual(new Set(looks.slice(0, 5)));
  expect(found.open).toEqual(new Set(looks.slice(5)));
});
