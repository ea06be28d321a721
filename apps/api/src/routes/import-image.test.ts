import { IMPORTED_MEDIA_TYPE } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { useApi } from '../test-support/api-harness.ts';
import { ImportTicket } from './import-image.ts';

const api = useApi();

const picture = { url: 'https://shop.test/photos/red%20shoe.jpg?size=l#top', category: 'product' };
const ask = (body: object, headers: Record<string, string> = {}) =>
  api.call('POST', '/v1/images/import', body, api.keys.acme, headers);

describe('an import', () => {
  test('is queued at once, with its URL for the worker', async () => {
    const { status, body, headers } = await ask({ ...picture, metadata: { sku: 'A-1' } });
    const ticket = ImportTicket.parse(body);
    expect([status, headers.get('location'), headers.get('cache-control')]).toEqual([
      202,
      ticket.statusUrl,
      'no-store',
    ]);
    expect(ticket.renditions.length).toBeGreaterThan(5);
    expect((await api.call('GET', `/v1/images/${ticket.imageId}`)).body).toMatchObject({ status: 'queued' });
    expect((await api.queue.find(ticket.imageId))?.image).toMatchObject({
      importUrl: 'https://shop.test/photos/red%20shoe.jpg?size=l',
      contentType: IMPORTED_MEDIA_TYPE,
      filename: 'red shoe.jpg',
      metadata: { sku: 'A-1' },
    });
    expect((await api.queue.backlog()).backlog).toBeGreaterThan(0);
  });

  test('can be followed with its follow token', async () => {
    const { imageId, followToken = '' } = ImportTicket.parse((await ask(picture)).body);
    expect((await api.call('GET', `/v1/images/${imageId}`, undefined, followToken)).status).toBe(200);
  });

  test('returns the same image for the same Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'k1' };
    const [first, again] = [await ask(picture, key), await ask(picture, key)];
    expect(again.body).toEqual(first.body);
    expect((await ask({ ...picture, category: 'avatar' }, key)).body.code).toBe('idempotency-key-reused');
    const upload = { filename: 'a.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'product' };
    const other = await api.call('POST', '/v1/images/upload-url', upload, api.keys.acme, key);
    expect(other.body.code).toBe('idempotency-key-reused');
  });

  test.each([
    ['https://shop.test/', 'import'],
    ['https://shop.test/photos/', 'photos'],
    ['https://shop.test/%2e%2e%2fetc', 'import'],
    ['https://shop.test/%ff.jpg', '%ff.jpg'],
    ['https://shop.test/a%0d%0ab.jpg', 'import'],
  ])('of %s has the file name %s', async (url, filename) => {
    const { imageId } = ImportTicket.parse((await ask({ ...picture, url })).body);
    expect((await api.queue.find(imageId))?.image.filename).toBe(filename);
  });

  test.each([
    ['a path', '/shoe.jpg', 'invalid-url'],
    ['a file', 'file:///etc/passwd', 'invalid-url'],
    ['bytes', 'data:image/png;base64,iVBORw0KGgo=', 'invalid-url'],
    ['a name and password', 'https://user:secret@shop.test/', 'invalid-url'],
    ['more than 2,048 characters', `https://shop.test/${'x'.repeat(2_048)}`, 'invalid-field'],
    ['nothing', undefined, 'missing-field'],
    ['a number', 2130706433, 'invalid-type'],
  ])('of %s is rejected', async (_what, url, code) => {
    const { status, body } = await ask({ ...picture, url });
    expect({ status, code: body.code, field: body.field }).toEqual({ status: 422, code, field: 'url' });
  });
});
