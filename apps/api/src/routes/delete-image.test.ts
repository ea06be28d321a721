import { imageFromKey } from '@imagemill/records';
import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { photo, useApi } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

const api = useApi();

const acme = Tenant.parse('acme');

async function uploaded(): Promise<UploadTicket> {
  const ticket = UploadTicket.parse((await api.call('POST', '/v1/images/upload-url', photo)).body);
  await fetch(ticket.uploadUrl, { method: 'PUT', headers: ticket.headers, body: 'hello' });
  return ticket;
}

/** An original without its job, as after Redis lost its data. */
async function original(): Promise<ImageId> {
  const imageId = ImageId.parse(uuidv7());
  const image = imageFromKey({ tenant: acme, category: 'avatar', imageId, contentType: 'image/png' });
  await api.originals.put({
    key: image.originalKey,
    body: Buffer.from('hello'),
    contentType: 'image/png',
    cacheControl: 'private',
  });
  return imageId;
}

const get = async (imageId: string) => (await api.call('GET', `/v1/images/${imageId}`)).status;
const del = async (imageId: string, key?: string) =>
  (await api.call('DELETE', `/v1/images/${imageId}`, undefined, key)).status;

describe('deleting an image', () => {
  test('hides it at once, and starts the job that deletes its files', async () => {
    const { imageId } = await uploaded();
    const { waiting } = await api.queue.backlog();
    expect(await del(imageId)).toBe(204);
    expect(await get(imageId)).toBe(404);
    expect((await api.call('POST', `/v1/images/${imageId}/complete`)).status).toBe(404);
    expect(await api.queue.backlog()).toMatchObject({ waiting: waiting + 1 });
  });

  test('succeeds again', async () => {
    const { imageId } = await uploaded();
    expect([await del(imageId), await del(imageId), await del(imageId)]).toEqual([204, 204, 204]);
  });

  test('works for an image of which only the original is left', async () => {
    const imageId = await original();
    expect(await del(imageId)).toBe(204);
    expect((await api.queue.find(imageId))?.status).toBe('deleted');
  });

  test("rejects another tenant's image and an unknown id", async () => {
    const { imageId } = await uploaded();
    expect(await del(imageId, api.keys.other)).toBe(404);
    expect(await get(imageId)).toBe(200);
    expect(await del(uuidv7())).toBe(404);
  });
});

describe('after Redis lost its data', () => {
  test('an unprocessed upload is shown as queued to its tenant only', async () => {
    const imageId = await original();
    const { body } = await api.call('GET', `/v1/images/${imageId}`);
    expect(body).toMatchObject({ imageId, category: 'avatar', status: 'queued', progress: { done: 0 } });
    expect((await api.call('GET', `/v1/images/${imageId}`, undefined, api.keys.other)).status).toBe(404);
  });

  test('completing an upload creates its job again', async () => {
    const imageId = await original();
    const { status, body } = await api.call('POST', `/v1/images/${imageId}/complete`);
    expect(status).toBe(202);
    expect(body).toMatchObject({ imageId, category: 'avatar', status: 'queued' });
    expect(await api.queue.find(ImageId.parse(imageId))).toBeDefined();
    expect((await api.call('POST', `/v1/images/${imageId}/complete`, undefined, api.keys.other)).status).toBe(404);
  });
});
