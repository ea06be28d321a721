import { createManifests, originalMetadata } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import { loadCategories, type OwnSettings, ownSpec, renditionKey } from '@imagemill/variants';
import { beforeAll, describe, expect, test } from 'vitest';
import { job, makeBucket, manifestOf, photo, run, storage, store } from '../test-support/render-harness.ts';

beforeAll(makeBucket);

const only = { name: 'only', width: 8, height: 8, fit: 'cover', format: 'webp', quality: 80 };

describe('an enhancement', () => {
  const enhance = 'sharpen' as const;
  const ownSets = { avatar: [only] };
  const bytesOf = async ({ imageId }: RenderImage, own: OwnSettings) => {
    const spec = (await loadCategories(ownSets)).get('avatar');
    if (!spec) throw new Error('There is no category.');
    const { revision } = ownSpec(spec, own);
    const key = renditionKey({ imageId, revision, visibility: 'public', variant: 'only', format: 'webp' });
    return Buffer.concat(await Array.fromAsync((await storage.open(key))?.body ?? []));
  };

  test('gives the image other pixels in a revision of its own, is in its manifest, and can be taken back there', async () => {
    const [plain, image] = [job(), job({ enhance })];
    for (const each of [plain, image]) {
      await store(each);
      expect(await (await run(each, { ownSets })).result).toEqual({ outcome: 'ready' });
    }
    expect(await manifestOf(plain)).not.toHaveProperty('enhance');
    expect(await manifestOf(image)).toMatchObject({ enhance });
    const before = await bytesOf(plain, {});
    const enhanced = await bytesOf(image, { enhance });
    expect(enhanced.byteLength).toBeGreaterThan(0);
    expect(enhanced).not.toEqual(before);
    expect((await run(image, { ownSets })).puts).toEqual([]);

    const manifests = createManifests(storage);
    const stored = await manifests.read(image.imageId);
    if (stored?.manifest.status !== 'ready') throw new Error('It is not ready.');
    await manifests.publish({ ...stored.manifest, enhance: undefined }, stored);
    await (await run(image, { ownSets })).result;
    expect(await bytesOf(image, {})).toEqual(before);
  });

  test('of the original’s metadata counts if the job was recreated from the key alone', async () => {
    const image = job();
    await storage.put({
      key: image.originalKey,
      body: photo,
      contentType: image.contentType,
      cacheControl: 'private',
      metadata: originalMetadata({ enhance }),
    });
    await (await run(image, { ownSets })).result;
    expect(await manifestOf(image)).toMatchObject({ enhance });
    expect((await bytesOf(image, { enhance })).byteLength).toBeGreaterThan(0);
  });
});
