import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { photo, useApi } from '../test-support/api-harness.ts';
import { readyImage as imageOfRevision } from '../test-support/ready-image.ts';

const api = useApi();

const reprocess = (imageId: string, key?: string) =>
  api.call('POST', `/v1/images/${imageId}/reprocess`, undefined, key);

/** An image as a worker of an earlier release left it. */
const readyImage = () => imageOfRevision(api, 'earlier');

test('a ready image is queued for reprocessing', async () => {
  const { imageId } = await readyImage();
  expect(await reprocess(imageId)).toMatchObject({ status: 202, body: { imageId, status: 'queued' } });
  expect((await api.queue.find(ImageId.parse(imageId)))?.status).toBe('queued');
});

test('a step that was skipped is done under a revision of its own, which is in the manifest first; each call counts once', async () => {
  const { imageId } = await readyImage();
  const id = ImageId.parse(imageId);
  const stored = await api.manifests.readOf(Tenant.parse('acme'), id);
  if (stored?.manifest.status !== 'ready') throw new Error('It is not ready.');
  await api.manifests.publish({ ...stored.manifest, redone: 1, skipped: ['faces'] }, stored);
  expect((await reprocess(imageId)).body.status).toBe('queued');
  expect((await reprocess(imageId)).body.status).toBe('queued');
  const after = (await api.manifests.readOf(Tenant.parse('acme'), id))?.manifest;
  expect(after).toMatchObject({ redone: 2 });
  expect(after).not.toHaveProperty('skipped');
  expect((await api.queue.find(id))?.image.redone).toBe(2);
});

test.each([
  [9, 10, undefined],
  [10, 10, ['faces']],
])(
  'of a step that was skipped again after %i tries, the tries are then %i, so that calls make no revisions without end',
  async (tries, then, skipped) => {
    const { imageId } = await readyImage();
    const read = () => api.manifests.readOf(Tenant.parse('acme'), ImageId.parse(imageId));
    const stored = await read();
    if (stored?.manifest.status !== 'ready') throw new Error('It is not ready.');
    await api.manifests.publish({ ...stored.manifest, redone: tries, skipped: ['faces'] }, stored);
    expect((await reprocess(imageId)).status).toBe(202);
    const after = (await read())?.manifest;
    expect([after?.status === 'ready' && after.redone, after?.status === 'ready' && after.skipped]).toEqual([
      then,
      skipped,
    ]);
  },
);

test('an unfinished image is left to its job', async () => {
  const { body } = await api.call('POST', '/v1/images/upload-url', photo);
  expect(await reprocess(String(body.imageId))).toMatchObject({ status: 202, body: { status: 'awaiting-upload' } });
});

test('an image without its original cannot be reprocessed', async () => {
  const { imageId, key } = await readyImage();
  await api.originals.delete(key);
  expect(await reprocess(imageId)).toMatchObject({ status: 409, body: { code: 'original-gone' } });
  expect((await api.call('GET', `/v1/images/${imageId}`)).body.status).toBe('ready');
});

test("another tenant's image and an unknown id are not found", async () => {
  const { imageId } = await readyImage();
  expect((await reprocess(imageId, api.keys.other)).status).toBe(404);
  expect((await reprocess(uuidv7())).status).toBe(404);
  expect(await api.manifests.readOf(Tenant.parse('acme'), ImageId.parse(imageId))).toBeDefined();
});
