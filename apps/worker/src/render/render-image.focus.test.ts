import { createImagingEngine } from '@imagemill/imaging/in-process';
import { createManifests, originalMetadata } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { loadCategories, type OwnSettings, ownSpec, renditionKey } from '@imagemill/variants';
import { beforeAll, describe, expect, test } from 'vitest';
import { job, makeBucket, manifestOf, only, photo, run, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

const categories = await loadCategories();

test('the manifest has the chosen focus of an avatar and the steps that it was made without, and no places of faces', async () => {
  const face = { left: 0.6, top: 0.6, width: 0.1, height: 0.1 };
  const finds = await createImagingEngine({ detector: { detect: async () => [face] } });
  const [found, skipped, product] = [job(), job(), job({}, 'product')];
  for (const image of [found, skipped, product]) await store(image);
  await (await run(found, { engine: finds })).result;
  await (await run(skipped)).result;
  await (await run(product, { engine: finds })).result;
  const manifest = await manifestOf(found);
  expect(manifest).toMatchObject({ chosenFocus: { x: 0.65, y: 0.638, by: 'face' } });
  expect(manifest).not.toHaveProperty('skipped');
  expect(JSON.stringify(manifest)).not.toContain('faces');
  expect(await manifestOf(skipped)).toMatchObject({ chosenFocus: { by: 'attention' }, skipped: ['faces'] });
  expect(await manifestOf(product)).not.toHaveProperty('chosenFocus');
});

test('a step that was skipped is done under a new revision once the manifest asks for it, and the earlier renditions stay', async () => {
  const face = { left: 0.6, top: 0.6, width: 0.1, height: 0.1 };
  const finds = await createImagingEngine({ detector: { detect: async () => [face] } });
  const image = job();
  await store(image);
  await (await run(image)).result;
  const skipped = await manifestOf(image);
  expect(await (await run(image, { engine: finds })).result).toEqual({ outcome: 'ready' });
  expect(await manifestOf(image)).toEqual(skipped);
  const manifests = createManifests(storage);
  const stored = await manifests.read(image.imageId);
  if (stored?.manifest.status !== 'ready') throw new Error('It is not ready.');
  await manifests.publish({ ...stored.manifest, redone: 1, skipped: undefined }, stored);
  expect(await (await run(image, { engine: finds })).result).toEqual({ outcome: 'ready' });
  const done = await manifests.read(image.imageId);
  const avatar = categories.get('avatar');
  if (done?.manifest.status !== 'ready' || !avatar) throw new Error('It is not ready.');
  expect(done.manifest).toMatchObject({
    redone: 1,
    chosenFocus: { by: 'face' },
    revision: ownSpec(avatar, { redone: 1 }).revision,
  });
  expect(done.manifest).not.toHaveProperty('skipped');
  for (const { key } of [...stored.manifest.renditions, ...done.manifest.renditions]) {
    expect(await storage.head(key)).toBeDefined();
  }
});

describe('a focus', () => {
  const focus = { x: 0.2, y: 0.9 };
  const strip = { ...only, height: 20 };
  const ownSets = {
    avatar: [
      { ...strip, position: 'focus' },
      { ...strip, name: 'centred' },
    ],
  };
  const specOf = async (own: OwnSettings = {}) => {
    const common = (await loadCategories(ownSets)).get('avatar');
    if (!common) throw new Error('There is no category.');
    return ownSpec(common, own);
  };
  const bytesOf = async (image: RenderImage, revision: string, variant: string) => {
    const key = renditionKey({ imageId: image.imageId, revision, visibility: 'public', variant, format: 'webp' });
    const object = await storage.open(key);
    return Buffer.concat(await Array.fromAsync(object?.body ?? []));
  };
  test('of the job gives the image a revision of its own, is in its manifest, and moves its crops', async () => {
    const [plain, image] = [job(), job({ focus })];
    for (const each of [plain, image]) {
      await store(each);
      expect(await (await run(each, { ownSets })).result).toEqual({ outcome: 'ready' });
    }
    const [common, own] = [await specOf(), await specOf({ focus })];
    expect(await manifestOf(plain)).not.toHaveProperty('focus');
    expect(await manifestOf(plain)).toMatchObject({ revision: common.revision });
    expect(await manifestOf(image)).toMatchObject({ focus, revision: own.revision });
    const centred = await bytesOf(plain, common.revision, 'only');
    expect(await bytesOf(image, own.revision, 'centred')).toEqual(centred);
    expect(await bytesOf(image, own.revision, 'only')).not.toEqual(centred);
  });

  test('of the original’s metadata counts if the job was recreated from the key alone', async () => {
    const image = job();
    await storage.put({
      key: image.originalKey,
      body: photo,
      contentType: image.contentType,
      cacheControl: 'private',
      metadata: originalMetadata({ filename: 'me.jpg', focus }),
    });
    await (await run(image, { ownSets })).result;
    expect(await manifestOf(image)).toMatchObject({ focus, revision: (await specOf({ focus })).revision });
  });

  test('that was changed in the manifest is rendered, whatever the job and the original say', async () => {
    const image = job({ focus });
    await store(image);
    await (await run(image, { ownSets })).result;
    for (const changed of [{ x: 0, y: 0 }, undefined]) {
      const stored = await createManifests(storage).read(image.imageId);
      if (stored?.manifest.status !== 'ready') throw new Error('It is not ready.');
      await createManifests(storage).publish({ ...stored.manifest, focus: changed }, stored);
      await (await run(image, { ownSets })).result;
      const { revision } = await specOf({ focus: changed });
      const manifest = await manifestOf(image);
      expect(manifest).toMatchObject({ revision, metadata: image.metadata });
      expect(manifest && 'focus' in manifest ? manifest.focus : undefined).toEqual(changed);
      expect((await run(image, { ownSets })).puts).toEqual([]);
    }
  });
});
