import { ImageId, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { useApi } from '../test-support/api-harness.ts';

const api = useApi();

const admin = (method: string, path: string) => api.call(method, path, undefined, api.keys.admin);

async function publish() {
  const imageId = ImageId.parse(uuidv7());
  const tenant = Tenant.parse('acme');
  const data = { imageId, status: 'expired' };
  const id = await api.webhooks.publish({ type: 'image.expired', tenant, imageId, occasion: 'x', data });
  return { id, imageId };
}

test('an operator finds the deliveries of an image, without their payloads', async () => {
  const { id, imageId } = await publish();
  await publish();
  const { status, body } = await admin('GET', `/v1/webhook-deliveries?imageId=${imageId}&status=pending`);
  expect(status).toBe(200);
  expect(body.deliveries).toEqual([
    {
      id,
      type: 'image.expired',
      sequence: expect.any(Number),
      timestamp: expect.any(String),
      tenant: 'acme',
      imageId,
      status: 'pending',
      attempts: [],
    },
  ]);
});

test.each(['{"of":"another version"}', '{"id":"evt'])(
  'a delivery with the payload %j does not hide others',
  async (data) => {
    const [sound, broken] = [await publish(), await publish()];
    await api.redis.hset(`${api.prefix}:webhooks:${broken.id}`, 'data', data);
    const { status, body } = await admin('GET', '/v1/webhook-deliveries?limit=2');
    expect({ status, ids: (body.deliveries as { id: string }[]).map(({ id }) => id) }).toEqual({
      status: 200,
      ids: [sound.id],
    });
  },
);

test('rejects an invalid page', async () => {
  for (const bad of ['limit=0', 'limit=101', 'cursor=-1', 'cursor=x', 'status=lost', 'imageId=1', 'sort=asc']) {
    expect((await admin('GET', `/v1/webhook-deliveries?${bad}`)).status, bad).toBe(422);
  }
});

test('rejects the replay of a pending or unknown delivery', async () => {
  const { id } = await publish();
  const replay = async (of: string) => (await admin('POST', `/v1/webhook-deliveries/${of}/replay`)).body;
  expect(await replay(id)).toMatchObject({ status: 409, code: 'delivery-pending' });
  expect(await replay(id.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).toMatchObject({
    status: 404,
    code: 'delivery-not-found',
  });
  expect(await replay('nonsense')).toMatchObject({ status: 404, code: 'delivery-not-found' });
});

test('rejects the key of a seller', async () => {
  expect((await api.call('GET', '/v1/webhook-deliveries')).body.code).toBe('missing-scope');
  expect((await api.call('POST', '/v1/webhook-deliveries/x/replay')).body.code).toBe('missing-scope');
});
