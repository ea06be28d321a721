import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createProducerConnection } from '../connection/connection.ts';
import { createFingerprints, NEAR_BITS_MAX } from './fingerprints.ts';

const redis = createProducerConnection(inject('servers').redisUrl);
beforeAll(() => vi.waitUntil(() => redis.status === 'ready'));
afterAll(() => redis.disconnect());

const acme = Tenant.parse('acme');
const newIndex = (imagesMax?: number) =>
  createFingerprints(redis, `fingerprints-${randomUUID().slice(0, 8)}`, imagesMax);
let minute = 0;
/** Each is younger than those before. */
const newId = () => ImageId.parse(uuidv7({ msecs: Date.UTC(2026, 0) + ++minute * 60_000 }));
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const image = (hash?: string, content: string = randomUUID()) => ({ imageId: newId(), sha256: digest(content), hash });

/** A hash that differs by these bits. */
const flipped = (hash: string, bits: readonly number[]) =>
  bits
    .reduce((value, bit) => value ^ (1n << BigInt(bit)), BigInt(`0x${hash}`))
    .toString(16)
    .padStart(16, '0');
const random = () => randomBytes(8).toString('hex');

test('finds an older image with the same bytes, whether or not it has a hash', async () => {
  const index = newIndex();
  const [first, again] = [image(random(), 'one'), image(undefined, 'one')];
  expect(await index.add(acme, first)).toEqual({});
  expect(await index.add(acme, again)).toEqual({ same: first.imageId });
});

test('finds every hash that differs by few bits, wherever they are, and none that differs by more', async () => {
  for (let shift = 0; shift < 64; shift += 7) {
    const bits = Array.from({ length: NEAR_BITS_MAX }, (_, at) => (shift + 11 * at) % 64);
    const index = newIndex();
    const first = image(random());
    await index.add(acme, first);
    expect(await index.add(acme, image(flipped(first.hash ?? '', bits)))).toEqual({
      near: { imageId: first.imageId, bits: NEAR_BITS_MAX },
    });
    const far = Array.from({ length: NEAR_BITS_MAX + 4 }, (_, at) => (shift + 5 * at) % 64);
    expect(await index.add(acme, image(flipped(first.hash ?? '', far)))).not.toHaveProperty(
      'near.imageId',
      first.imageId,
    );
  }
});

test('names the most similar image, and the oldest of equal ones', async () => {
  const index = newIndex();
  const hash = random();
  const [far, near, alsoNear] = [image(flipped(hash, [1, 2, 3])), image(flipped(hash, [4])), image(flipped(hash, [5]))];
  for (const one of [far, near, alsoNear]) await index.add(acme, one);
  expect(await index.add(acme, image(hash))).toEqual({ near: { imageId: near.imageId, bits: 1 } });
});

test('an image does not match itself, younger images, or images of other tenants', async () => {
  const index = newIndex();
  const hash = random();
  const [first, second] = [image(hash, 'one'), image(hash, 'one')];
  await index.add(acme, first);
  await index.add(acme, second);
  expect(await index.add(acme, first)).toEqual({});
  expect(await index.add(acme, second)).toEqual({ same: first.imageId });
  expect(await index.add(Tenant.parse('other'), image(hash, 'one'))).toEqual({});
});

test('no entry of a removed or replaced image is left', async () => {
  const index = newIndex();
  const [hash, other] = [random(), random()];
  const first = image(hash, 'one');
  await index.add(acme, first);
  await index.add(acme, { ...first, sha256: digest('two'), hash: other });
  expect(await index.add(acme, image(hash, 'one'))).toEqual({});
  await index.remove(acme, first.imageId);
  expect(await index.add(acme, image(other, 'two'))).toEqual({});
  await index.remove(acme, first.imageId);
});

test('keeps the newest images only', async () => {
  const index = newIndex(3);
  const images = Array.from({ length: 5 }, () => image(random()));
  for (const one of images) await index.add(acme, one);
  const later = newId();
  const [first, , third] = images;
  expect(await index.add(acme, { ...image(first?.hash), imageId: later })).toEqual({});
  expect(await index.missing(acme, images)).toEqual([]);
  expect(await index.add(acme, { ...image(undefined), sha256: third?.sha256 ?? '' })).toEqual({});
});

test('lists missing images, also those without a digest', async () => {
  const index = newIndex();
  const [known, plain, lost] = [image(random()), { imageId: newId() }, image(random())];
  await index.add(acme, known);
  expect(await index.add(acme, plain)).toEqual({});
  expect(await index.missing(acme, [known, plain, lost])).toEqual([lost]);
});

test('a flood of equal pictures makes no bucket larger than its limit', async () => {
  const prefix = `fingerprints-${randomUUID().slice(0, 8)}`;
  const index = createFingerprints(redis, prefix);
  const hash = random();
  for (let count = 0; count < 300; count++) await index.add(acme, image(hash));
  const sizes = (await redis.hvalsBuffer(`${prefix}:fingerprints:acme:bands`)).map(({ length }) => length);
  expect(Math.max(...sizes)).toBe(256 * 24);
  expect(await redis.pttl(`${prefix}:fingerprints:acme`)).toBeGreaterThan(0);
});
