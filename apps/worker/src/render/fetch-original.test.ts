import { createHash } from 'node:crypto';
import { fetchOriginal } from '@imagemill/rendering';
import type { ObjectFacts } from '@imagemill/storage';
import { beforeAll, expect, test } from 'vitest';
import { engine, job, makeBucket, photo, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

async function fetchStored(change: (facts: ObjectFacts) => Partial<ObjectFacts> = () => ({})) {
  const image = job();
  await store(image);
  const facts = await storage.head(image.originalKey);
  if (!facts) throw new Error('The original does not exist.');
  return fetchOriginal(storage, image, { ...facts, ...change(facts) }, engine.limits, AbortSignal.timeout(100_000));
}

test('returns the original byte for byte, with its SHA-256', async () => {
  const { bytes, sha256 } = await fetchStored();
  expect(Buffer.compare(bytes, photo)).toBe(0);
  expect(sha256).toBe(createHash('sha256').update(photo).digest('hex'));
});

test.each([1, -1])('retries if the size differs from the one that the storage reported (%i byte)', async (more) => {
  const fetched = fetchStored(({ sizeBytes }) => ({ sizeBytes: sizeBytes + more }));
  await expect(fetched).rejects.toMatchObject({ code: 'original-incomplete', retryable: true });
});
