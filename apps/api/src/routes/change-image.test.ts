import {
  type CategorySpec,
  ImageId,
  loadCategories,
  ownSpec,
  publicUrl,
  renditionKey,
  Tenant,
} from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createRequestLimits, IMAGE_CHANGES_MAX } from '../limits/request-limits.ts';
import { photo, useApi } from '../test-support/api-harness.ts';
import { readyImage } from '../test-support/ready-image.ts';

const api = useApi();
const acme = Tenant.parse('acme');
const focus = { x: 0.25, y: 0.75 };
const product = (await loadCategories()).get('product') as CategorySpec;

const change = (imageId: string, body: unknown, key?: string) => api.call('PATCH', `/v1/images/${imageId}`, body, key);
const statusOf = async (imageId: string) => (await api.call('GET', `/v1/images/${imageId}`)).body;
const ready = (request?: object) => readyImage(api, product.revision, request);
const manifestOf = async (imageId: string) => {
  const manifest = (await api.manifests.readOf(acme, ImageId.parse(imageId)))?.manifest;
  return manifest?.status === 'ready' ? manifest : undefined;
};

test('a ready image gets a focus, which its status has, and is queued to be rendered', async () => {
  const { imageId } = await ready();
  expect(await statusOf(imageId)).not.toHaveProperty('focus');
  expect(await change(imageId, { focus })).toMatchObject({ status: 202, body: { imageId, status: 'queued', focus } });
  expect(await statusOf(imageId)).toMatchObject({ status: 'queued', focus });
  expect(await manifestOf(imageId)).toMatchObject({ focus, revision: product.revision });
});

test('the focus of an image is removed by null', async () => {
  const { imageId } = await ready({ ...photo, focus });
  expect(await statusOf(imageId)).toMatchObject({ status: 'ready', focus });
  expect((await change(imageId, { focus: null })).body).not.toHaveProperty('focus');
  expect((await manifestOf(imageId))?.focus).toBeUndefined();
});

test('a ready image is enhanced and keeps its focus, and both can be changed in one call', async () => {
  const { imageId } = await ready({ ...photo, focus });
  const enhanced = { status: 'queued', focus, enhance: 'sharpen' };
  expect(await change(imageId, { enhance: 'sharpen' })).toMatchObject({ status: 202, body: enhanced });
  expect(await manifestOf(imageId)).toMatchObject({ focus, enhance: 'sharpen', revision: product.revision });
  expect((await api.queue.find(ImageId.parse(imageId)))?.image).toMatchObject({ focus, enhance: 'sharpen' });
  const other = await ready();
  const both = { focus, enhance: 'sharpen' };
  expect(await change(other.imageId, both)).toMatchObject({ status: 202, body: both });
});

test('the enhancement of an image is removed by null, and its focus stays', async () => {
  const { imageId } = await ready({ ...photo, focus, enhance: 'sharpen' });
  expect(await statusOf(imageId)).toMatchObject({ status: 'ready', focus, enhance: 'sharpen' });
  const { body } = await change(imageId, { enhance: null });
  expect(body).toMatchObject({ status: 'queued', focus });
  expect(body).not.toHaveProperty('enhance');
  expect(await manifestOf(imageId)).not.toHaveProperty('enhance');
});

test('a repeated change queues the image again', async () => {
  const { imageId } = await ready({ ...photo, focus });
  expect(await change(imageId, { focus })).toMatchObject({ status: 202, body: { status: 'queued', focus } });
});

test('the changes of an image in 30 days are limited, and a repeated change does not count', async () => {
  const { imageId } = await ready({ ...photo, focus });
  const noLimits = { reads: 0, changes: 0, windowSeconds: 1, deletionsPerDay: 0, listenersPerTokenMax: 0 };
  const { imageChanges } = createRequestLimits({ connection: api.redis, prefix: api.prefix }, noLimits);
  await imageChanges.take(imageId, IMAGE_CHANGES_MAX);
  const { status, body, headers } = await change(imageId, { focus: null });
  expect({ status, code: body.code }).toEqual({ status: 429, code: 'rate-limited' });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(29 * 24 * 3600);
  expect(await manifestOf(imageId)).toMatchObject({ focus });
  expect(await change(imageId, { focus })).toMatchObject({ status: 202, body: { status: 'queued', focus } });
});

test('an image that is not ready is left as it is', async () => {
  const { body } = await api.call('POST', '/v1/images/upload-url', photo);
  const imageId = String(body.imageId);
  expect(await change(imageId, { focus })).toMatchObject({ status: 409, body: { code: 'not-ready' } });
  expect(await statusOf(imageId)).toMatchObject({ status: 'awaiting-upload' });
  const changing = await ready();
  await change(changing.imageId, { focus });
  expect(await change(changing.imageId, { focus: null })).toMatchObject({ status: 409, body: { code: 'not-ready' } });
  expect(await statusOf(changing.imageId)).toMatchObject({ focus });
});

test('an image without its original keeps its focus', async () => {
  const { imageId, key } = await ready();
  await api.originals.delete(key);
  expect(await change(imageId, { focus })).toMatchObject({ status: 409, body: { code: 'original-gone' } });
  expect(await manifestOf(imageId)).not.toHaveProperty('focus');
});

test("another tenant's image and an unknown id are not found, and a follow token changes nothing", async () => {
  const { imageId, followToken } = await ready();
  expect((await change(imageId, { focus }, api.keys.other)).status).toBe(404);
  expect((await change(uuidv7(), { focus })).status).toBe(404);
  expect((await change(imageId, { focus }, followToken)).status).toBe(401);
  expect(await manifestOf(imageId)).not.toHaveProperty('focus');
});

test.each([
  [{}, 'missing-field'],
  [{ focus: 'centre' }, 'invalid-type'],
  [{ focus: { x: 0.5 } }, 'missing-field'],
  [{ focus: { x: 0.5, y: 1.5 } }, 'invalid-field'],
  [{ focus, metadata: {} }, 'unknown-field'],
  [{ enhance: 'denoise' }, 'invalid-field'],
  [{ enhance: true }, 'invalid-field'],
])('rejects %j', async (body, code) => {
  const { imageId } = await ready();
  expect(await change(imageId, body)).toMatchObject({ status: 422, body: { code } });
});

test('a ticket, and an import, of an image to enhance plan URLs in a revision of the image alone', async () => {
  const { revision } = ownSpec(product, { enhance: 'sharpen' });
  const ticket = await api.call('POST', '/v1/images/upload-url', { ...photo, enhance: 'sharpen' });
  const request = { url: 'https://shop.test/a.jpg', category: 'product', enhance: 'sharpen' };
  const imported = await api.call('POST', '/v1/images/import', request);
  for (const { status, body } of [ticket, imported]) {
    const { imageId, renditions } = body as { imageId: string; renditions: { url: string }[] };
    expect([201, 202]).toContain(status);
    expect(renditions[0]?.url).toContain(`/${revision}/`);
    expect((await api.queue.find(ImageId.parse(imageId)))?.image.enhance).toBe('sharpen');
    expect(await statusOf(imageId)).toMatchObject({ enhance: 'sharpen' });
  }
  expect(ticket.body.headers).toMatchObject({ 'x-amz-meta-enhance': 'sharpen' });
});

test.each(['/v1/images/upload-url', '/v1/images/import'])('%s rejects an unknown enhancement', async (path) => {
  const body = { ...(path.endsWith('import') ? { url: 'https://shop.test/a.jpg', category: 'product' } : photo) };
  const { status, body: problem } = await api.call('POST', path, { ...body, enhance: 'upscale' });
  expect([status, problem.code]).toEqual([422, 'invalid-field']);
});

test('a ticket, and an import, with a focus plan URLs in a revision of the image alone', async () => {
  const own = ownSpec(product, { focus });
  const { body: ticket } = await api.call('POST', '/v1/images/upload-url', { ...photo, focus });
  const request = { url: 'https://shop.test/a.jpg', category: 'product', focus };
  const { body: imported } = await api.call('POST', '/v1/images/import', request);
  for (const { imageId: id, renditions } of [ticket, imported] as { imageId: string; renditions: unknown[] }[]) {
    const imageId = ImageId.parse(id);
    const key = renditionKey({ imageId, ...own, variant: 'thumb', format: 'avif' });
    expect(renditions[0]).toMatchObject({ variant: 'thumb', format: 'avif', url: publicUrl('http://cdn.test', key) });
    expect((await api.queue.find(imageId))?.image.focus).toEqual(focus);
    expect(await statusOf(id)).toMatchObject({ focus });
  }
  expect(ticket.headers).toMatchObject({ 'x-amz-meta-focus': '0.25,0.75' });
});
