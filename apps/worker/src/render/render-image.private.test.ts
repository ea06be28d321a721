import { createManifests, deleteRenditions, makePrivate } from '@imagemill/manifests';
import type { PurgeReason } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { CACHE_IMMUTABLE, loadCategories, renditionFolder, renditionKey } from '@imagemill/variants';
import { beforeAll, expect, test } from 'vitest';
import { job, makeBucket, manifestOf, run, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

const variants = [{ name: 'tiny', width: 8, height: 8, fit: 'cover', format: 'webp', quality: 60 }];
const inPublic = { avatar: variants };
const inPrivate = { avatar: { visibility: 'signed', variants } };

const keysOf = async (image: RenderImage, visibility: 'public' | 'signed') => {
  const { objects } = await storage.list({ prefix: renditionFolder({ ...image, visibility }) });
  return objects.map(({ key }) => key);
};

function watchPurges() {
  const purged: PurgeReason[] = [];
  return { purged, purges: { add: async (_image: unknown, reason: PurgeReason) => void purged.push(reason) } };
}

test('a private image has private keys only, with a header that forbids shared caches, and its manifest names them', async () => {
  const image = job();
  await store(image);
  const { result, progress } = await run(image, { ownSets: inPrivate });
  expect(await result).toEqual({ outcome: 'ready' });
  const { revision = '' } = (await loadCategories(inPrivate)).get('avatar') ?? {};
  const key = renditionKey({ ...image, revision, visibility: 'signed', variant: 'tiny', format: 'webp' });
  expect([await keysOf(image, 'public'), await keysOf(image, 'signed')]).toEqual([[], [key]]);
  expect((await storage.head(key))?.cacheControl).toBe('private');
  expect(await manifestOf(image)).toMatchObject({ status: 'ready', revision, renditions: [{ key }] });
  expect(progress.map(({ visibility }) => visibility)).toEqual(['signed', 'signed']);
});

test('an image that is rendered again after its category has become private leaves nothing public, and is purged', async () => {
  const image = job();
  await store(image);
  await (await run(image, { ownSets: inPublic })).result;
  // A size that an edge has made.
  const size = `${renditionFolder({ ...image, visibility: 'public', revision: 'abc' })}w9_inside_q80.webp`;
  await storage.put({ key: size, body: Buffer.from('x'), contentType: 'image/webp', cacheControl: CACHE_IMMUTABLE });
  expect(await keysOf(image, 'public')).toHaveLength(2);
  const { purged, purges } = watchPurges();
  await (await run(image, { ownSets: inPrivate, purges })).result;
  expect([await keysOf(image, 'public'), (await keysOf(image, 'signed')).length]).toEqual([[], 1]);
  expect(purged).toEqual(['made-private']);
});

test('a run that died before it withdrew the public renditions is completed by the next one', async () => {
  const image = job();
  await store(image);
  await (await run(image, { ownSets: inPrivate })).result;
  const left = renditionKey({ ...image, revision: 'abc', visibility: 'public', variant: 'tiny', format: 'webp' });
  await storage.put({ key: left, body: Buffer.from('x'), contentType: 'image/webp', cacheControl: CACHE_IMMUTABLE });
  const { purged, purges } = watchPurges();
  expect(await (await run(image, { ownSets: inPrivate, purges })).result).toEqual({ outcome: 'ready' });
  expect(await keysOf(image, 'public')).toEqual([]);
  expect(purged).toEqual(['made-private']);
});

test('an image whose category has become public is rendered again under public keys, and its private renditions stay for now', async () => {
  const image = job();
  await store(image);
  await (await run(image, { ownSets: inPrivate })).result;
  await (await run(image, { ownSets: inPublic })).result;
  expect([(await keysOf(image, 'public')).length, (await keysOf(image, 'signed')).length]).toEqual([1, 1]);
  const [key] = await keysOf(image, 'public');
  expect(await manifestOf(image)).toMatchObject({ renditions: [{ key }] });
});

test('renditions that were moved when the category became private are rendered again under public keys once it is public', async () => {
  const image = job();
  await store(image);
  await (await run(image, { ownSets: inPublic })).result;
  const manifests = createManifests(storage);
  const stored = await manifests.read(image.imageId);
  if (!stored) throw new Error('There is no manifest.');
  const [before] = await keysOf(image, 'public');
  await makePrivate({ cdn: storage, manifests }, stored, new AbortController().signal);
  await deleteRenditions(storage, { ...image, visibility: 'public' }, new AbortController().signal);
  expect(await manifestOf(image)).toMatchObject({ renditions: [{ key: (await keysOf(image, 'signed'))[0] }] });
  await (await run(image, { ownSets: inPublic })).result;
  expect(await keysOf(image, 'public')).toEqual([before]);
  expect(await manifestOf(image)).toMatchObject({ renditions: [{ key: before }] });
});
