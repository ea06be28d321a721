import { describe, expect, test } from 'vitest';
import { photo, useApi } from '../test-support/api-harness.ts';

const api = useApi();

describe.each([
  ['a ticket', '/v1/images/upload-url', photo],
  ['tickets', '/v1/images/upload-urls', { images: [photo] }],
  ['an import', '/v1/images/import', { url: 'http://203.0.113.1/shoe.jpg', category: 'product' }],
])('a repeated request for %s', (_what, path, body) => {
  test('of a deleted image is refused, because its upload would be deleted too', async () => {
    const ask = (key: string) =>
      api.call('POST', path, body, api.keys.acme, { 'idempotency-key': `${path} ${key}`.replace(' ', '-') });
    const first = (await ask('one')).body;
    const imageId = first.imageId ?? (first.tickets as { imageId: string }[])[0]?.imageId;
    expect((await api.call('DELETE', `/v1/images/${imageId}`)).status).toBe(204);
    const { status, body: refusal } = await ask('one');
    expect([status, refusal.code]).toEqual([409, 'image-deleted']);
    expect((await ask('two')).status).toBeLessThan(300);
  });
});
