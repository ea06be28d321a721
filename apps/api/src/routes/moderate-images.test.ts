import { AppError } from '@imagemill/errors';
import { createPreviews } from '@imagemill/manifests';
import { ImageId } from '@imagemill/variants';
import { expect, test, vi } from 'vitest';
import { type ApiHarness, useApi } from '../test-support/api-harness.ts';

const api = useApi();

type Ended = 'held' | 'ready' | 'rejected';

/** An image as a worker left it. */
async function image(status: Ended, harness: ApiHarness = api) {
  const ticket = await harness.ticket({ metadata: { sku: 'A-1' } });
  await harness.upload(ticket);
  const id = ImageId.parse(ticket.imageId);
  await harness.queue.reportUpload(id);
  const at = new Date().toISOString();
  await harness.work(
    async ({ imageId, tenant, category, originalKey, metadata, createdAt }) => {
      const identity = {
        imageId,
        tenant,
        category,
        originalKey,
        metadata,
        createdAt,
        filename: 'shoe.jpg',
        attempts: 1,
      };
      const etag = { originalEtag: '"e"' };
      const error = { code: status === 'held' ? 'moderation-held' : 'corrupt', message: 'Wait.' };
      const size = { width: 1, height: 1, orientation: 1, colourSpace: 'srgb', hasAlpha: false, frames: 1, bytes: 1 };
      const made = {
        placeholder: '',
        dominantColour: '#000000',
        renditions: [],
        timingsMs: {},
        revision: 'aaaaaaaaaaaa',
      };
      const source = { ...size, format: 'jpeg', sha256: '' } as const;
      await createPreviews(harness.originals).put(imageId, Buffer.from('jpeg'));
      const moderation = { verdict: 'hold', by: 'service', reason: 'nudity', at } as const;
      if (status === 'held') {
        await harness.manifests.publish({ ...identity, ...etag, status, error, moderation, heldAt: at }, undefined);
        return { outcome: status };
      }
      if (status === 'ready') {
        await harness.manifests.publish({ ...identity, ...etag, ...made, source, status, readyAt: at }, undefined);
        return { outcome: status };
      }
      await harness.manifests.publish({ ...identity, ...etag, status, error, rejectedAt: at }, undefined);
      return { outcome: status, error };
    },
    () => vi.waitUntil(async () => (await harness.queue.find(id))?.status === status),
  );
  return { id, tenant: ticket };
}

const moderator = (method: string, path: string, body?: unknown) => api.call(method, path, body, api.keys.moderator);
const release = (id: string) => moderator('POST', `/v1/images/${id}/release`);
const reject = (id: string, body: object = {}) => moderator('POST', `/v1/images/${id}/reject`, body);
const status = async (id: string) => (await api.call('GET', `/v1/images/${id}`)).body;

async function heldIds(limit = 100): Promise<unknown[]> {
  const ids: unknown[] = [];
  let cursor: unknown;
  do {
    const { body } = await moderator('GET', `/v1/held-images?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`);
    ids.push(...(body.heldImages as { imageId: string }[]).map(({ imageId }) => imageId));
    cursor = body.nextCursor;
  } while (cursor);
  return ids;
}

test('a held image has this status for its tenant, with the reason, and can be filtered for', async () => {
  const { id } = await image('held');
  const shown = { imageId: id, status: 'held', renditions: [], error: { code: 'moderation-held', message: 'Wait.' } };
  expect(await status(id)).toMatchObject(shown);
  const { body } = await api.call('GET', '/v1/images?status=held');
  expect(body.images).toContainEqual(expect.objectContaining(shown));
});

test('moderators see held images of all tenants, with a preview that needs no key, and no others', async () => {
  const [held, ready] = [await image('held'), await image('ready')];
  const { body } = await moderator('GET', '/v1/held-images');
  const listed = body.heldImages as { imageId: string; previewUrl: string }[];
  const shown = listed.find(({ imageId }) => imageId === held.id);
  expect(shown).toMatchObject({ tenant: 'acme', category: 'product', filename: 'shoe.jpg', metadata: { sku: 'A-1' } });
  expect(shown).toMatchObject({ by: 'service', reason: 'nudity', message: 'Wait.' });
  expect(await (await fetch(shown?.previewUrl ?? '')).text()).toBe('jpeg');
  expect(listed.map(({ imageId }) => imageId)).not.toContain(ready.id);
});

test('held images are listed once each, page by page', async () => {
  const ids = [await image('held'), await image('held')].map(({ id }) => id);
  const paged = await heldIds(1);
  expect(paged).toEqual(await heldIds());
  expect(paged.filter((id) => ids.includes(id as ImageId))).toEqual(ids.toSorted());
});

test('a released image is queued, and its manifest says who has released it', async () => {
  const { id } = await image('held');
  const answer = await release(id);
  expect(answer).toMatchObject({ status: 202, body: { imageId: id, status: 'queued' } });
  expect((await api.manifests.readOf('acme' as never, id))?.manifest).toMatchObject({
    status: 'released',
    originalEtag: '"e"',
    moderation: { verdict: 'allow', by: 'operator', keyId: expect.stringMatching(/^\w+$/), reason: 'nudity' },
  });
  expect((await api.queue.find(id))?.status).toBe('queued');
  expect(await heldIds()).not.toContain(id);
});

test('a rejected image has its message at once, and its job is started to clean up', async () => {
  const { id } = await image('held');
  const answer = await reject(id, { message: '  No phone numbers. ' });
  const error = { code: 'moderation-rejected', message: 'No phone numbers.' };
  expect(answer).toMatchObject({ status: 202, body: { imageId: id, status: 'rejected', error } });
  expect((await api.queue.find(id))?.status).toBe('queued');
  expect(await heldIds()).not.toContain(id);
});

test('the same judgement again changes nothing, and another one is refused', async () => {
  const [released, rejected] = [await image('held'), await image('held')];
  await Promise.all([release(released.id), release(released.id)]);
  await Promise.all([reject(rejected.id), reject(rejected.id)]);
  expect((await release(released.id)).status).toBe(202);
  expect((await reject(rejected.id)).status).toBe(202);
  for (const answer of [await reject(released.id), await release(rejected.id)]) {
    expect(answer).toMatchObject({ status: 409, body: { code: 'not-held' } });
  }
});

test('of a release and a rejection at once, one wins', async () => {
  const { id } = await image('held');
  const answers = await Promise.all([release(id), reject(id)]);
  expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409]);
});

test.each(['ready', 'rejected'] as const)('an image that is %s cannot be judged', async (ended) => {
  const { id } = await image(ended);
  for (const answer of [await release(id), await reject(id)]) {
    expect(answer).toMatchObject({ status: 409, body: { code: 'not-held' } });
  }
});

test('an image that awaits its upload cannot be judged, and one that was deleted does not exist', async () => {
  const waiting = await api.ticket();
  expect(await release(waiting.imageId)).toMatchObject({ status: 409, body: { code: 'not-held' } });
  const { id } = await image('held');
  expect((await api.call('DELETE', `/v1/images/${id}`)).status).toBe(204);
  expect(await release(id)).toMatchObject({ status: 404, body: { code: 'image-not-found' } });
  expect(await heldIds()).not.toContain(id);
});

/** Operations of the tenant on a held image: it stays held, or ends. */
const operations: Record<string, { call: [string, string, object?]; answer: number; end: string | number }> = {
  complete: { call: ['POST', '/complete'], answer: 202, end: 'held' },
  reprocess: { call: ['POST', '/reprocess'], answer: 202, end: 'held' },
  'a change of its focus': { call: ['PATCH', '', { focus: { x: 0.5, y: 0.5 } }], answer: 409, end: 'held' },
  deletion: { call: ['DELETE', ''], answer: 204, end: 404 },
  'a release with the key of a tenant': { call: ['POST', '/release'], answer: 403, end: 'held' },
  'a rejection with the key of a tenant': { call: ['POST', '/reject', {}], answer: 403, end: 'held' },
};

test.each(Object.entries(operations))(
  '%s of a held image does not end its hold without moderation',
  async (_what, { call, answer, end }) => {
    const { id } = await image('held');
    const [method, path, body] = call;
    expect((await api.call(method, `/v1/images/${id}${path}`, body)).status).toBe(answer);
    expect((await status(id)).status).toBe(end);
  },
);

test('a second report of the upload does not start the job of a held image', async () => {
  const { id } = await image('held');
  await api.queue.reportUpload(id);
  expect((await api.queue.find(id))?.status).toBe('held');
});

test.each([{ message: '' }, { message: 'x'.repeat(501) }, { message: 'a\u202eb' }, { reason: 'x' }])(
  'a rejection with the body %j is refused',
  async (body) => {
    const { id } = await image('held');
    expect((await reject(id, body)).status).toBe(422);
    expect((await status(id)).status).toBe('held');
  },
);

test('a discarded dead letter of a released image stays failed', async () => {
  const { id } = await image('held');
  await release(id);
  await api.work(
    async () => {
      throw new AppError({ code: 'test-fault', retryable: false, publicMessage: 'A test fault.' });
    },
    () => vi.waitUntil(async () => (await api.queue.find(id))?.status === 'failed'),
  );
  expect((await api.call('DELETE', `/v1/dead-letters/${id}`, undefined, api.keys.admin)).status).toBe(204);
  expect((await status(id)).status).toBe('failed');
});
