import { ImageView } from '@imagemill/images';
import { describe, expect, test } from 'vitest';
import { useApi } from '../test-support/api-harness.ts';

const api = useApi();

describe('completing an upload', () => {
  test('before the upload is rejected, and the job keeps waiting', async () => {
    const { imageId } = await api.ticket();
    const { status, body } = await api.call('POST', `/v1/images/${imageId}/complete`);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'not-uploaded' });
    expect((await api.queue.find(imageId))?.status).toBe('awaiting-upload');
  });

  test('queues the job at once, and is harmless to repeat', async () => {
    const issued = await api.ticket();
    await api.upload(issued);
    for (const _time of [1, 2, 3]) {
      const { status, body } = await api.call('POST', `/v1/images/${issued.imageId}/complete`);
      expect(status).toBe(202);
      expect(ImageView.parse(body).status).toBe('queued');
    }
  });
});
