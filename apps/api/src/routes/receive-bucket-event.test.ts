import { ImageId, manifestKey, originalKey, Tenant } from '@imagemill/variants';
import { describe, expect, test } from 'vitest';
import { useApi } from '../test-support/api-harness.ts';

const api = useApi();

describe("the bucket's event", () => {
  const created = (...keys: string[]) => ({
    Records: keys.map((key) => ({
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: api.originals.bucket }, object: { key: encodeURIComponent(key) } },
    })),
  });
  const post = (body: object, key: string = api.keys.bucket) => api.call('POST', '/v1/events/s3', body, key);

  test('queues the job of an upload that was not completed, however often it arrives', async () => {
    const { imageId, key } = await api.ticket();
    for (const _time of [1, 2, 3]) {
      expect(await post(created(key))).toMatchObject({ status: 202, body: { accepted: 1 } });
    }
    expect((await api.queue.find(imageId))?.status).toBe('queued');
  });

  test('creates a missing job from the key alone', async () => {
    const imageId = ImageId.parse('0199a1b2-ffff-7e5f-8a9b-0c1d2e3f4a5b');
    const address = { tenant: Tenant.parse('other'), category: 'avatar', imageId, contentType: 'image/png' } as const;
    const key = originalKey(address);
    await post(created(key));
    const job = await api.queue.find(imageId);
    expect(job?.image).toMatchObject({
      tenant: 'other',
      category: 'avatar',
      originalKey: key,
      contentType: 'image/png',
    });
    expect(job?.image.createdAt).toBe('2025-10-01T21:34:46.783Z');
    expect(job?.status).toBe('queued');
  });

  test('ignores objects that are not our originals', async () => {
    const { imageId, key } = await api.ticket();
    const elsewhere = {
      Records: created(key).Records.map(({ eventName, s3 }) => ({ eventName, s3: { ...s3, bucket: { name: 'x' } } })),
    };
    expect(await post(elsewhere)).toMatchObject({ status: 202, body: { accepted: 0 } });
    expect(await post(created(manifestKey(imageId), '../x'))).toMatchObject({ status: 202, body: { accepted: 0 } });
    expect((await api.queue.find(imageId))?.status).toBe('awaiting-upload');
  });

  test('with one unreadable job starts the jobs of the others', async () => {
    const [broken, sound] = [await api.ticket(), await api.ticket()];
    await api.redis.hset(`${api.prefix}:render:${broken.imageId}`, 'data', '{"imageId":"01');
    expect(await post(created(broken.key, sound.key))).toMatchObject({ status: 202 });
    expect((await api.queue.find(sound.imageId))?.status).toBe('queued');
  });

  test('is accepted with the scope `storage` only', async () => {
    expect((await post(created('x'), api.keys.acme)).body.code).toBe('missing-scope');
    expect((await post({ hello: 'world' })).status).toBe(422);
  });
});
