import { originalKey, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { useApi } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

const api = useApi();

const text = { filename: 'röd sko.jpg', metadata: { sku: 'A-1000', note: 'left & right <b>' } };
const photo = { ...text, contentType: 'image/jpeg', contentLength: 5, category: 'product' };

const issue = async (more: object = {}) =>
  UploadTicket.parse((await api.call('POST', '/v1/images/upload-url', { ...photo, ...more })).body);
const status = async (imageId: string) => (await api.call('GET', `/v1/images/${imageId}`)).body;

/** The first event of an image's stream, which is a snapshot. */
async function snapshot(imageId: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${api.keys.acme}` };
  const response = await api.app.request(`/v1/images/${imageId}/events`, { headers });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let received = '';
  while (!/^data: .*\n/m.test(received)) received += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  return JSON.parse(/^data: (.*)\n/m.exec(received)?.[1] ?? '');
}

test('the status, the listing and live events carry the file name and metadata of the upload request', async () => {
  const { imageId } = await issue();
  expect(await status(imageId)).toMatchObject(text);
  const { images } = (await api.call('GET', '/v1/images?limit=1')).body;
  expect(images).toEqual([expect.objectContaining({ imageId, ...text })]);
  expect(await snapshot(imageId)).toMatchObject({ imageId, ...text });
});

test('an import carries the metadata of its request, and the name at the end of its URL', async () => {
  const request = { url: 'https://shop.test/a/red%20shoe.jpg', category: 'product', metadata: text.metadata };
  const { body } = await api.call('POST', '/v1/images/import', request);
  expect(await status(String(body.imageId))).toMatchObject({ filename: 'red shoe.jpg', metadata: text.metadata });
});

test('without metadata in the request, the status has none', async () => {
  const { imageId } = await issue({ metadata: undefined });
  expect(await status(imageId)).toMatchObject({ filename: text.filename, metadata: {} });
});

/** A finished image without its job, as its manifest describes it. */
async function finished(change: object = {}) {
  const imageId = uuidv7() as never;
  const at = new Date().toISOString();
  const tenant = Tenant.parse('acme');
  const key = originalKey({ tenant, category: 'product', imageId, contentType: 'image/jpeg' });
  const size = { width: 1, height: 1, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
  await api.manifests.publish(
    {
      imageId,
      tenant,
      category: 'product',
      originalKey: key,
      attempts: 1,
      ...text,
      status: 'ready',
      originalEtag: '"e"',
      revision: 'earlier',
      createdAt: at,
      readyAt: at,
      source: { ...size, format: 'jpeg', sha256: '' },
      placeholder: '',
      dominantColour: '#000000',
      renditions: [],
      timingsMs: {},
      ...change,
    },
    undefined,
  );
  const body = Buffer.from('hello');
  await api.originals.put({ key, body, contentType: 'image/jpeg', cacheControl: 'private' });
  return imageId as string;
}

test('a finished image keeps both after its job is removed, even while it is reprocessed', async () => {
  const imageId = await finished();
  expect(await status(imageId)).toMatchObject({ status: 'ready', ...text });
  const { body } = await api.call('POST', `/v1/images/${imageId}/reprocess`);
  expect(body).toMatchObject({ status: 'queued', ...text });
  expect((await api.queue.find(imageId as never))?.image).toMatchObject(text);
});

test('an original without a file name has none in its status', async () => {
  expect(await status(await finished({ filename: '' }))).not.toHaveProperty('filename');
});
