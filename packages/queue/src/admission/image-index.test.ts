import { randomUUID } from 'node:crypto';
import { ImageId, Tenant } from '@imagemill/variants';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createProducerConnection } from '../connection/connection.ts';
import { createImageIndex } from './image-index.ts';

const redis = createProducerConnection(inject('servers').redisUrl);
beforeAll(() => vi.waitUntil(() => redis.status === 'ready'));
afterAll(() => redis.disconnect());

const acme = Tenant.parse('acme');
const newIndex = (indexedMax?: number) => createImageIndex(redis, `index-${randomUUID().slice(0, 8)}`, indexedMax);
const aged = (minutes: number, category = 'product') => ({
  imageId: ImageId.parse(uuidv7({ msecs: Date.UTC(2026, 0) - minutes * 60_000 })),
  category,
});
const ids = (images: readonly { imageId: ImageId }[]) => images.map(({ imageId }) => imageId);

test('lists the newest first, for all categories or for one, regardless of the order of insertion', async () => {
  const index = newIndex();
  const [young, middle, old] = [aged(1), aged(2, 'avatar'), aged(3)];
  await index.add(acme, [middle, old, young]);
  expect(await index.list(acme, { limit: 10 })).toEqual(ids([young, middle, old]));
  expect(await index.list(acme, { category: 'product', limit: 10 })).toEqual(ids([young, old]));
  expect(await index.list(acme, { before: young.imageId, limit: 1 })).toEqual(ids([middle]));
  expect(await index.list(Tenant.parse('other'), { limit: 10 })).toEqual([]);
});

test('pages contain every remaining image exactly once while others are added and removed', async () => {
  const change = fc.record({ page: fc.integer({ min: 1, max: 5 }), adds: fc.nat(3), removes: fc.nat(3) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 30, maxLength: 30 }), async (changes) => {
      const index = newIndex();
      const staying = Array.from({ length: 20 }, (_, minutes) => aged(minutes * 10));
      const going = Array.from({ length: 10 }, (_, minutes) => aged(minutes * 20 + 5));
      await index.add(acme, [...staying, ...going]);
      const listed: ImageId[] = [];
      for (const { page, adds, removes } of changes) {
        const before = listed.at(-1);
        listed.push(...(await index.list(acme, { limit: page, ...(before && { before }) })));
        if (adds > 0)
          await index.add(
            acme,
            Array.from({ length: adds }, () => aged(-60)),
          );
        for (const { imageId } of going.splice(0, removes)) await index.remove(acme, imageId, ['product']);
      }
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed.filter((id) => ids(staying).includes(id))).toEqual(ids(staying));
    }),
    { numRuns: 10 },
  );
});

test('a full index evicts the oldest image, and does not report older ones as missing', async () => {
  const index = newIndex(3);
  const images = [aged(5), aged(4), aged(3), aged(2), aged(1)];
  await index.add(acme, images);
  expect(await index.list(acme, { limit: 10 })).toEqual(ids(images.slice(2)).toReversed());
  expect(await index.list(acme, { category: 'product', limit: 10 })).toHaveLength(3);
  expect(await index.missing(acme, images)).toEqual([]);
  const lost = aged(2.5);
  expect(await index.missing(acme, [...images, lost])).toEqual([lost]);
});

test('rejects all calls while Redis is unavailable', async () => {
  const away = createProducerConnection('redis://127.0.0.1:1');
  away.on('error', () => {});
  await expect(createImageIndex(away, 'index-away').list(acme, { limit: 1 })).rejects.toMatchObject({
    code: 'queue-unavailable',
  });
  away.disconnect();
});
