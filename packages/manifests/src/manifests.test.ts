import { randomUUID } from 'node:crypto';
import { createS3Client, createS3Storage, ensureBucket } from '@imagemill/storage';
import {
  deletionKey,
  finishedKey,
  ImageId,
  manifestKey,
  originalKey,
  prefixes,
  renditionKey,
  Tenant,
} from '@imagemill/variants';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createDeletions, createFinishedImages, createManifests, type Manifest } from './index.ts';

const client = createS3Client({ ...inject('servers').s3, maxAttempts: 1 });
const bucket = `manifests-${randomUUID()}`;
const storage = createS3Storage({ client, bucket });
const manifests = createManifests(storage);
const deletions = createDeletions(storage, manifests);
const finishedImages = createFinishedImages(storage);
beforeAll(() => ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] }));

const [acme, other] = [Tenant.parse('acme'), Tenant.parse('other')];
/** @param ms the id's time; smaller is older */
const newId = (ms = 0) => ImageId.parse(`0199a1b2-${ms.toString(16).padStart(4, '0')}-7${randomUUID().slice(15)}`);
const address = (tenant: Tenant, imageId = newId()) =>
  ({ tenant, category: 'product', imageId, contentType: 'image/jpeg' }) as const;

function rejected(image: ReturnType<typeof address>): Manifest {
  const { imageId, tenant, category } = image;
  return {
    imageId,
    tenant,
    category,
    originalKey: originalKey(image),
    filename: '',
    metadata: {},
    attempts: 1,
    createdAt: new Date().toISOString(),
    status: 'rejected',
    originalEtag: '"e"',
    rejectedAt: new Date().toISOString(),
    error: { code: 'corrupt', message: 'The file is damaged.' },
  };
}

describe('a manifest', () => {
  test('is found by image id, and is readable by its own tenant only', async () => {
    const image = address(acme);
    await manifests.publish(rejected(image), undefined);
    const stored = await manifests.read(image.imageId);
    expect(stored?.manifest).toMatchObject({ tenant: acme, category: 'product', status: 'rejected' });
    expect(await manifests.readOf(acme, image.imageId)).toEqual(stored);
    expect(await manifests.readOf(other, image.imageId)).toBeUndefined();
    expect(await manifests.readOf(acme, newId())).toBeUndefined();
  });

  test("never replaces another tenant's", async () => {
    const theirs = address(acme);
    await manifests.publish(rejected(theirs), undefined);
    const before = await manifests.read(theirs.imageId);
    const mine = address(other, theirs.imageId);
    await expect(manifests.publish(rejected(mine), before)).rejects.toMatchObject({ code: 'other-tenants-image' });
    await expect(manifests.publish(rejected(mine), undefined)).rejects.toMatchObject({ code: 'manifest-conflict' });
    await expect(deletions.begin(mine)).rejects.toMatchObject({ code: 'other-tenants-image' });
    expect(await manifests.read(theirs.imageId)).toEqual(before);
    expect(await storage.head(deletionKey(theirs.imageId))).toBeUndefined();
    expect((await storage.list({ prefix: `${prefixes.finished}other/` })).objects).toEqual([]);
  });

  test('has a write time, which a page of adjacent images reads in bulk, without others', async () => {
    const images = Array.from({ length: 6 }, () => address(acme));
    for (const image of images) await manifests.publish(rejected(image), undefined);
    const inOrder = images.toSorted((a, b) => (manifestKey(a.imageId) < manifestKey(b.imageId) ? -1 : 1));
    const page = [...inOrder.slice(1, 5), address(acme)];
    const writtenAt = await manifests.writtenAt(page);
    expect(page.map((image) => writtenAt(image) instanceof Date)).toEqual([true, true, true, true, false]);
    expect((await manifests.writtenAt([]))(address(acme))).toBeUndefined();
  });
});

describe('a stored manifest', () => {
  const store = (imageId: ImageId, json: object) =>
    storage.put({
      key: manifestKey(imageId),
      body: Buffer.from(JSON.stringify(json)),
      contentType: 'application/json',
      cacheControl: 'private',
    });
  const size = { width: 1, height: 1, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
  const at = new Date().toISOString();
  const ready = (image: ReturnType<typeof address>) => ({
    imageId: image.imageId,
    tenant: acme,
    category: 'product',
    originalKey: originalKey(image),
    status: 'ready',
    filename: 'a.jpg',
    metadata: {},
    attempts: 1,
    createdAt: at,
    readyAt: at,
    timingsMs: {},
    originalEtag: '"e"',
    revision: 'abc',
    placeholder: '',
    dominantColour: '#000000',
    source: { ...size, format: 'jpeg', sha256: '' },
  });
  const rendition = { variant: 'thumb', format: 'avif', width: 1, height: 1, bytes: 1 } as const;

  test.each(['https://cdn.test', 'https://cdn.test/images/of/ours'])(
    'of version 1, which named URLs under %s, is read with keys',
    async (base) => {
      const image = address(acme);
      const key = renditionKey({ imageId: image.imageId, revision: 'abc', visibility: 'public', ...rendition });
      const renditions = [{ ...rendition, url: `${base}/${key}` }];
      await store(image.imageId, { manifestVersion: 1, ...ready(image), renditions });
      const manifest = (await manifests.readOf(acme, image.imageId))?.manifest;
      expect(manifest).toEqual({ ...ready(image), renditions: [{ ...rendition, key }] });
    },
  );

  test('of version 1, without renditions, is read as it is', async () => {
    const image = address(acme);
    await store(image.imageId, { manifestVersion: 1, ...rejected(image) });
    expect((await manifests.read(image.imageId))?.manifest).toMatchObject({ status: 'rejected' });
  });

  test('of a later version is unreadable, and stays as it is', async () => {
    const image = address(acme);
    await store(image.imageId, { manifestVersion: 3, ...rejected(image) });
    await expect(manifests.read(image.imageId)).rejects.toMatchObject({ code: 'unreadable-manifest' });
    await expect(deletions.begin(image)).rejects.toMatchObject({ code: 'unreadable-manifest' });
  });

  test('carries its version', async () => {
    const image = address(acme);
    await manifests.publish(rejected(image), undefined);
    const object = await storage.open(manifestKey(image.imageId));
    const text = Buffer.concat(await Array.fromAsync(object?.body ?? [])).toString();
    expect(JSON.parse(text)).toMatchObject({ manifestVersion: 2, status: 'rejected' });
  });
});

describe('the index of finished images', () => {
  test("lists a tenant's finished images, oldest first, until they are deleted", async () => {
    const tenant = Tenant.parse('indexed');
    const listed = async () => (await storage.list({ prefix: `${prefixes.finished}${tenant}/` })).objects;
    const images = [3, 1, 2].map((ms) => address(tenant, newId(ms)));
    for (const image of images) await manifests.publish(rejected(image), undefined);
    const byAge = images.toSorted((a, b) => (a.imageId < b.imageId ? -1 : 1));
    expect((await listed()).map(({ key }) => key)).toEqual(byAge.map(finishedKey));
    for (const image of images) {
      await deletions.begin(image);
      await deletions.finish(image);
    }
    expect(await listed()).toEqual([]);
    expect((await manifests.readOf(tenant, byAge[0]?.imageId ?? newId()))?.manifest.status).toBe('deleted');
  });

  test('returns which images of a page are finished, across tenants', async () => {
    const tenants = ['page-a', 'page-b', 'page-c'].map((name) => Tenant.parse(name));
    const images = tenants.map((tenant) => address(tenant));
    for (const [index, image] of images.entries()) if (index !== 1) await manifests.publish(rejected(image), undefined);
    const finishedAt = await finishedImages.finishedAt(images);
    expect(images.map((image) => finishedAt(image) instanceof Date)).toEqual([true, false, true]);
  });
});
