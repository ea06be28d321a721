import { AppError } from '@imagemill/errors';
import { ImageId } from '@imagemill/variants';
import { describe, expect, test, vi } from 'vitest';
import { useApi } from '../test-support/api-harness.ts';

const api = useApi();

describe("the operator's routes", () => {
  const admin = (method: string, path: string) => api.call(method, path, undefined, api.keys.admin);

  test('show the backlog', async () => {
    const issued = await api.ticket();
    await api.upload(issued);
    await api.call('POST', `/v1/images/${issued.imageId}/complete`);
    const { status, body } = await admin('GET', '/v1/backlog');
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(
      [
        'active',
        'ageSeconds',
        'backlog',
        'delayed',
        'delayedDue',
        'endedPerSecond',
        'failed',
        'looksDue',
        'messagesDue',
        'oldestWaitingMs',
        'predictedSeconds',
        'waiting',
      ].sort(),
    );
    expect(body.waiting).toBeGreaterThan(0);
  });

  test('list dead letters by page, and reject an invalid cursor or limit', async () => {
    expect(await admin('GET', '/v1/dead-letters')).toMatchObject({
      status: 200,
      body: { deadLetters: expect.any(Array) },
    });
    for (const bad of ['limit=0', 'limit=101', 'cursor=-1', 'cursor=x', 'code=A B', 'sort=asc']) {
      expect((await admin('GET', `/v1/dead-letters?${bad}`)).status, bad).toBe(422);
    }
  });

  test.each(['cursor=x', 'cursor=-1', 'cursor=1.5', 'cursor=1e99'])(
    'explain in one clear sentence that ?%s is no cursor',
    async (query) => {
      const { body } = await admin('GET', `/v1/dead-letters?${query}`);
      expect(body).toMatchObject({ detail: 'cursor: must be the `nextCursor` of another page' });
    },
  );

  test('redrive in bulk only with a code, and return the count', async () => {
    const all = (body: object) => api.call('POST', '/v1/dead-letters/redrive', body, api.keys.admin);
    expect(await all({ code: 'crashed-worker' })).toMatchObject({ status: 202, body: { redriven: 0, more: false } });
    for (const bad of [{}, { code: '*' }, { code: 'crashed-worker', limit: 0 }]) {
      expect((await all(bad)).status, JSON.stringify(bad)).toBe(422);
    }
  });

  test('keep an image failed after its dead letter is discarded', async () => {
    const { imageId } = await api.ticket();
    const id = ImageId.parse(imageId);
    const status = async () => (await api.call('GET', `/v1/images/${imageId}`)).body;
    const hopeless = async () => {
      throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'It is hopeless.' });
    };
    await api.queue.reportUpload(id);
    await api.work(hopeless, () => vi.waitUntil(async () => (await status()).status === 'failed'));
    const before = await status();
    expect((await admin('DELETE', `/v1/dead-letters/${imageId}`)).status).toBe(204);
    expect(await api.queue.find(id)).toBeUndefined();
    expect(await status()).toEqual(before);
  });

  test('reject a redrive or discard of an image without a dead letter', async () => {
    const { imageId } = await api.ticket();
    expect((await admin('POST', `/v1/dead-letters/${imageId}/redrive`)).body.code).toBe('dead-letter-not-found');
    expect((await admin('DELETE', `/v1/dead-letters/${imageId}`)).body.code).toBe('dead-letter-not-found');
  });

  test.each(['/v1/backlog', '/v1/dead-letters'])('reject the key of a seller: %s', async (path) => {
    expect((await api.call('GET', path)).body.code).toBe('missing-scope');
  });
});
