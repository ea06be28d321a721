import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import { photo, useApi } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

const api = useApi();

const reprocess = (imageId: string, key?: string) =>
  api.call('POST', `/v1/images/${imageId}/reprocess`, undefined, key);

/** An image as a worker of an earlier release left it. */
async function readyImage(): Promise<UploadTicket> {
  const ticket = UploadTicket.parse((await api.call('POST', '/v1/images/upload-url', photo)).body);
  await fetch(ticket.uploadUrl, { method: 'PUT', headers: ticket.headers, body: 'hello' });
  const id = ImageId.parse(ticket.imageId);
  await api.queue.reportUpload(id);
  await api.work(
    async (image) => {
      const { imageId, tenant, category, originalKey, createdAt } = image;
      const identity = {
        imageId,
        tenant,
        category,
        originalKey,
        filename: '',
        metadata: {},
      } as const;
      const size = { width: 1, height: 1, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
      const made = { placeholder: '', dominantColour: '#000000', renditions: [], timingsMs: {} };
      const source = { ...size, format: 'jpeg', sha256: '' } as const;
      const ready = { status: 'ready', readyAt: createdAt, revision: 'earlier', originalEtag: '"e"', source } as const;
      await api.manifests.publish({ ...identity, ...ready, ...made, attempts: 1, createdAt }, undefined);
      return { outcome: 'ready' };
    },
    () => vi.waitUntil(async () => (await api.queue.find(id))?.status === 'ready'),
  );
  return ticket;
}

test('a ready image is queued for reprocessing', async () => {
  const { imageId } = await readyImage();
  expect(await reprocess(imageId)).toMatchObject({ status: 202, body: { imageId, status: 'queued' } });
  expect((await api.queue.find(ImageId.parse(imageId)))?.status).toBe('queued');
});

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
