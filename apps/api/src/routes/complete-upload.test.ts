import { ImageView } from '@imagemill/images';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiHarness } from '../test-support/api-harness.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';

type Harness = Awaited<ReturnType<typeof createApiHarness>>;
let api: Harness;
beforeAll(async () => {
  api = await createApiHarness();
});
afterAll(() => api.close());

const photo = { filename: 'shoe.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'product' };
const ticket = async (request: object = photo) =>
  UploadTicket.parse((await api.call('POST', '/v1/images/upload-url', request)).body);
const put = (to: UploadTicket, body = 'hello') => fetch(to.uploadUrl, { method: to.method, headers: to.headers, body });

describe('completing an upload', () => {
  test('before the upload is rejected, and the job keeps waiting', async () => {
    const { imageId } = await ticket();
    const { status, body } = await api.call('POST', `/v1/images/${imageId}/complete`);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'not-uploaded' });
    expect((await api.queue.find(imageId))?.status).toBe('awaiting-upload');
  });

  test('queues the job at once, and is harmless to repeat', async () => {
    const issued = await ticket();
    await put(issued);
    for (const _time of [1, 2, 3]) {
      const { status, body } = await api.call('POST', `/v1/images/${issued.imageId}/complete`);
      expect(status).toBe(202);
      expect(ImageView.parse(body).status).toBe('queued');
    }
  });
});
