import { ImageId, manifestKey } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { exampleImportRequest, exampleTicketRequest } from '../openapi/examples.ts';
import { createApiHarness } from '../test-support/api-harness.ts';

let api: Awaited<ReturnType<typeof createApiHarness>>;
let key: string;
beforeAll(async () => {
  api = await createApiHarness();
});
afterAll(() => api.close());
let tenants = 0;
beforeEach(async () => {
  tenants += 1;
  key = (await api.keyStore.create({ tenant: `tenant-${tenants}` as never, scopes: ['upload'] })).key;
});

interface Page {
  readonly images: readonly { readonly imageId: string; readonly status: string; readonly category: string }[];
  readonly nextCursor?: string;
}
async function list(query = '', by = key): Promise<Page> {
  const { status, body } = await api.call('GET', `/v1/images${query}`, undefined, by);
  expect(status).toBe(200);
  return body as unknown as Page;
}
const idsOf = ({ images }: Page) => images.map(({ imageId }) => imageId);

async function ticket(more: object = {}): Promise<ImageId> {
  const request = { ...exampleTicketRequest, contentLength: 5, ...more };
  return ImageId.parse((await api.call('POST', '/v1/images/upload-url', request, key)).body.imageId);
}

describe('a listing', () => {
  test('has the images of every kind of ticket, newest first, each with its status body', async () => {
    const first = await ticket();
    const bulk = { images: [exampleTicketRequest, exampleTicketRequest] };
    const { tickets } = (await api.call('POST', '/v1/images/upload-urls', bulk, key)).body;
    const imported = (await api.call('POST', '/v1/images/import', exampleImportRequest, key)).body.imageId;
    const both = (tickets as { imageId: string }[]).map(({ imageId }) => imageId);
    const page = await list();
    // Ids begin with their time.
    expect(idsOf(page)).toEqual([first, ...both, imported].toSorted().reverse());
    expect(page.nextCursor).toBeUndefined();
    const { body } = await api.call('GET', `/v1/images/${first}`, undefined, key);
    expect(page.images.find(({ imageId }) => imageId === first)).toEqual(body);
  });

  test('is paginated, and an image added in between is on no later page', async () => {
    const ids: string[] = [];
    for (const _each of [1, 2, 3, 4, 5]) ids.unshift(await ticket());
    const first = await list('?limit=2');
    await ticket();
    const second = await list(`?limit=2&cursor=${first.nextCursor}`);
    const third = await list(`?limit=2&cursor=${second.nextCursor}`);
    expect([...idsOf(first), ...idsOf(second), ...idsOf(third)]).toEqual(ids);
    expect(third.nextCursor).toBeUndefined();
  });

  test('can be filtered by category or status', async () => {
    const avatar = await ticket({ category: 'avatar' });
    const [queued, waiting] = [await ticket(), await ticket()];
    await api.queue.reportUpload(queued);
    expect(idsOf(await list('?category=avatar'))).toEqual([avatar]);
    expect(idsOf(await list('?status=queued'))).toEqual([queued]);
    expect(idsOf(await list('?status=awaiting-upload&category=product'))).toEqual([waiting]);
    expect(idsOf(await list('?status=ready'))).toEqual([]);
  });

  test('has only the tenant’s own images, with any cursor', async () => {
    const id = await ticket();
    expect(idsOf(await list('', api.keys.other))).not.toContain(id);
    expect(idsOf(await list(`?cursor=${uuidv7({ msecs: Date.now() + 1_000 })}`, api.keys.other))).not.toContain(id);
  });

  test('has no deleted images', async () => {
    const [gone, stays] = [await ticket(), await ticket()];
    await api.call('DELETE', `/v1/images/${gone}`, undefined, key);
    expect(idsOf(await list())).toEqual([stays]);
  });

  test('drops entries without a job or manifest once they are old enough', async () => {
    const [old, young] = [uuidv7({ msecs: Date.now() - 7200_000 }), uuidv7()].map((id) => ImageId.parse(id));
    if (!old || !young) throw new Error();
    const tenant = `tenant-${tenants}` as never;
    const both = [old, young].map((imageId) => ({ imageId, category: 'product' }));
    await api.index.add(tenant, both);
    expect(await list()).toEqual({ images: [] });
    await vi.waitUntil(async () => (await api.index.list(tenant, { limit: 9 })).length === 1);
    expect(await api.index.list(tenant, { limit: 9 })).toEqual([young]);
  });

  test.each([
    ['of another version', '{"of":"another version"}'],
    ['that is cut off', '{"imageId":"01'],
  ])('leaves out an image with a job %s, which responds 500 on its own, and keeps the others', async (_what, data) => {
    const [broken, sound] = [await ticket(), await ticket()];
    await api.redis.hset(`${api.prefix}:render:${broken}`, 'data', data);
    expect(idsOf(await list())).toEqual([sound]);
    const { status, body } = await api.call('GET', `/v1/images/${broken}`, undefined, key);
    expect({ status, code: body.code }).toEqual({ status: 500, code: 'internal-error' });
    expect(await api.index.list(`tenant-${tenants}` as never, { limit: 9 })).toContain(broken);
  });

  test.each(['{"status":"of another version"}', '{"status":'])(
    'leaves out an image with the manifest %j, and keeps the others',
    async (text) => {
      const [broken, sound] = [await ticket(), await ticket()];
      const [file, kept] = [{ body: Buffer.from(text), contentType: 'application/json' }, { cacheControl: 'private' }];
      await api.originals.put({ key: manifestKey(broken), ...file, ...kept });
      await api.redis.del(`${api.prefix}:render:${broken}`);
      expect(idsOf(await list())).toEqual([sound]);
      const { status, body } = await api.call('GET', `/v1/images/${broken}`, undefined, key);
      expect({ status, code: body.code }).toEqual({ status: 500, code: 'internal-error' });
    },
  );

  test.each(['limit=0', 'limit=101', 'cursor=x', 'status=lost', 'category=lost', 'tenant=acme'])(
    'is rejected for ?%s',
    async (query) => {
      expect((await api.call('GET', `/v1/images?${query}`, undefined, key)).status).toBe(422);
    },
  );

  test.each([
    ['cursor=x', 'cursor: must be the `nextCursor` of another page'],
    ['limit=x', 'limit: must be a whole number from 1 to 100'],
    ['limit=1.5', 'limit: must be a whole number from 1 to 100'],
  ])('is rejected for ?%s in one clear sentence', async (query, detail) => {
    expect((await api.call('GET', `/v1/images?${query}`, undefined, key)).body).toMatchObject({ detail });
  });

  test('rejects a follow token', async () => {
    const { followToken } = (await api.call('POST', '/v1/images/upload-url', exampleTicketRequest, key)).body;
    expect((await api.call('GET', '/v1/images', undefined, String(followToken))).status).toBe(401);
  });
});
