import type { ObjectStorage } from '@imagemill/storage';
import { expect, test, vi } from 'vitest';
import { useEdge } from '../test-support/edge-harness.ts';
import { createStoredPictures } from './stored-pictures.ts';

const KIB = 1024;
const noBucket = {} as ObjectStorage;
const picture = (sizeBytes: number) => ({
  kind: 'held' as const,
  bytes: new Uint8Array(sizeBytes),
  etag: '"a"',
  sizeBytes,
  contentType: 'image/webp',
  sha256: undefined,
});

test('the memory of all held pictures is bounded, and the one that was used least recently goes first', () => {
  const pictures = createStoredPictures(noBucket, 1000 * KIB);
  for (const key of ['a', 'b', 'c', 'd']) pictures.hold(key, picture(200 * KIB));
  expect(pictures.inMemory('a')).toBeDefined();
  pictures.hold('e', picture(200 * KIB));
  expect(pictures.size()).toBeLessThanOrEqual(1000 * KIB);
  expect(['a', 'b', 'c', 'd', 'e'].filter((key) => pictures.inMemory(key) === undefined)).toEqual(['b']);
});

test('the memory of many small pictures is bounded too: each one counts its facts as well as its bytes', () => {
  const pictures = createStoredPictures(noBucket, 100 * KIB);
  for (let index = 0; index < 1000; index++) pictures.hold(`${index}`, picture(1));
  const held = Array.from({ length: 1000 }, (_, index) => pictures.inMemory(`${index}`)).filter(Boolean);
  expect(held.length).toBeLessThan(100);
  expect(pictures.size()).toBeLessThanOrEqual(100 * KIB);
});

test('a picture larger than the limit is not held, and with no memory none is', () => {
  const pictures = createStoredPictures(noBucket, 1000 * KIB);
  pictures.hold('large', picture(257 * KIB));
  expect(pictures.inMemory('large')).toBeUndefined();
  const none = createStoredPictures(noBucket, 0);
  none.hold('small', picture(1));
  expect(none.inMemory('small')).toBeUndefined();
});

const edge = useEdge();

test('a picture that is requested often is read again, once, before it is forgotten, and no request waits for that', async () => {
  let now = 1_000;
  let reads = 0;
  const cdn: ObjectStorage = {
    ...edge.storage,
    open(...args) {
      reads += 1;
      return edge.storage.open(...args);
    },
  };
  const pictures = createStoredPictures(cdn, 1000 * KIB, { now: () => now });
  const store = (body: Uint8Array) =>
    edge.storage.put({ key: 'often', body, contentType: 'image/webp', cacheControl: 'private' });
  await store(new Uint8Array(1));
  await pictures.open('often');

  // In all, longer than a picture is held.
  for (const sizeBytes of [2, 3, 4]) {
    await store(new Uint8Array(sizeBytes));
    now += 4_500;
    await vi.waitUntil(() => {
      const held = pictures.inMemory('often');
      expect(held).toBeDefined();
      return held?.sizeBytes === sizeBytes;
    });
  }
  expect(reads).toBe(4);

  await edge.storage.delete('often');
  now += 4_500;
  await vi.waitUntil(() => pictures.inMemory('often') === undefined);
});
