import { manifestKey } from '@imagemill/variants';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { apiEnv } from '../env.ts';
import { type ApiHarness, createApiHarness } from '../test-support/api-harness.ts';

const API = '/v1/images';
let sqs: Awaited<ReturnType<typeof startFauxqs>>;
let api: ApiHarness;

beforeAll(async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  sqs = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' });
  sqs.createQueue('render');
  const RENDER_QUEUE_URL = `http://127.0.0.1:${sqs.port}/000000000000/render`;
  api = await createApiHarness({ env: { RENDERER: 'lambda', RENDER_QUEUE_URL } });
});
beforeEach(() => sqs.reset());
afterAll(async () => {
  await api?.close();
  await sqs.stop();
  vi.unstubAllEnvs();
});

/** The orders in the queue, without their facts. */
const orders = () => (sqs.inspectQueue('render')?.messages.ready ?? []).map(({ body }) => JSON.parse(body).image);
const status = async (imageId: string) => (await api.call('GET', `${API}/${imageId}`)).status;

describe('with RENDERER=lambda', () => {
  const facts = { metadata: { sku: '赤-1' }, focus: { x: 0.5, y: 0.25 }, enhance: 'sharpen', filename: 'ä.jpg' };

  test('a ticket adds no job, and its facts travel with the upload, signed', async () => {
    const ticket = await api.ticket(facts);
    const names = Object.keys(ticket.headers).filter((name) => name.startsWith('x-amz-meta-'));
    const given = ['enhance', 'filename', 'focus', 'metadata'];
    expect(names.toSorted()).toEqual(given.map((name) => `x-amz-meta-${name}`));
    const signed = new URL(ticket.uploadUrl).searchParams.get('X-Amz-SignedHeaders')?.split(';');
    expect(signed).toEqual(expect.arrayContaining(names));
    expect((await api.queue.backlog()).delayed).toBe(0);
    expect(orders()).toEqual([]);
    const altered = { ...ticket, headers: { ...ticket.headers, 'x-amz-meta-metadata': 'e30' } };
    expect((await api.upload(altered)).status).toBe(403);
  });

  test('an image exists from its upload, is queued until there is a manifest, and cannot be read by another tenant', async () => {
    const ticket = await api.ticket(facts);
    const { imageId } = ticket;
    const complete = (key?: string) => api.call('POST', `${API}/${imageId}/complete`, undefined, key);
    expect((await api.call('GET', `${API}/${imageId}`)).status).toBe(404);
    expect((await complete()).status).toBe(404);
    expect((await api.upload(ticket)).status).toBe(200);
    expect(await complete()).toMatchObject({ status: 202, body: { status: 'queued' } });
    expect((await complete(api.keys.other)).status).toBe(404);
    expect((await api.call('GET', API)).body.images).toContainEqual(
      expect.objectContaining({ imageId, status: 'queued' }),
    );
    // The bucket has reported the upload to the renderer: a second message would render it twice.
    expect(orders()).toEqual([]);
  });

  test('an import, a new focus and a deletion are orders in the queue of the renderer', async () => {
    const url = 'https://shop.test/shoe.jpg';
    const imported = await api.call('POST', `${API}/import`, { url, category: 'product', metadata: facts.metadata });
    const { imageId: importedId } = imported.body;
    expect(orders()).toMatchObject([{ imageId: importedId, importUrl: url, metadata: facts.metadata }]);
    const ticket = await api.ticket();
    await api.upload(ticket);
    await publishReady(ticket);
    const focus = { x: 0, y: 1 };
    expect((await api.call('PATCH', `${API}/${ticket.imageId}`, { focus })).status).toBe(202);
    expect((await api.call('DELETE', `${API}/${ticket.imageId}`)).status).toBe(204);
    expect(orders().slice(1)).toMatchObject([{ imageId: ticket.imageId, focus }, { imageId: ticket.imageId }]);
    expect(await status(ticket.imageId)).toBe(404);
  });

  test('a request for parts gets a PUT, since no record would know the parts', async () => {
    expect(await api.ticket({ contentLength: 950_000, method: 'MULTIPART' })).toMatchObject({ method: 'PUT' });
  });

  test('metadata that does not fit into the headers of S3 is refused before a ticket is taken', async () => {
    const long = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, 'x'.repeat(250)]));
    const body = {
      filename: 'a.jpg',
      contentType: 'image/jpeg',
      contentLength: 5,
      category: 'product',
      metadata: long,
    };
    const answer = await api.call('POST', `${API}/upload-url`, body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'metadata', code: 'invalid-field' }] } });
    expect(JSON.stringify(answer.body)).toContain('at most 2048 bytes');
  });

  test('a request whose order cannot be sent answers 503, and repeating it completes it', async () => {
    const ticket = await api.ticket();
    await api.upload(ticket);
    const path = `${API}/${ticket.imageId}`;
    sqs.deleteQueue('render');
    expect(await api.call('DELETE', path)).toMatchObject({ status: 503, body: { code: 'queue-unavailable' } });
    sqs.createQueue('render');
    expect((await api.call('DELETE', path)).status).toBe(204);
    expect(orders()).toMatchObject([{ imageId: ticket.imageId }]);
  });
});

/** As the renderer does. */
async function publishReady({ imageId, key }: { readonly imageId: string; readonly key: string }): Promise<void> {
  const { etag = '' } = (await api.originals.head(key)) ?? {};
  const source = {
    format: 'jpeg',
    width: 9,
    height: 9,
    orientation: 1,
    colourSpace: 'srgb',
    hasAlpha: false,
    frames: 1,
    bytes: 5,
  };
  const at = new Date().toISOString();
  const manifest = {
    manifestVersion: 2,
    imageId,
    tenant: 'acme',
    category: 'product',
    originalKey: key,
    originalEtag: etag,
    filename: '',
    metadata: {},
    attempts: 1,
    createdAt: at,
    status: 'ready',
    revision: 'a',
    readyAt: at,
    timingsMs: {},
    source: { ...source, sha256: '' },
    placeholder: '',
    dominantColour: '#000000',
    renditions: [],
  };
  const stored = { key: manifestKey(imageId as never), body: Buffer.from(JSON.stringify(manifest)) };
  await api.originals.put({ ...stored, contentType: 'application/json', cacheControl: 'private' });
}

describe('the settings', () => {
  const problems = (settings: object) => {
    const common = {
      REDIS_URL: 'redis://r',
      S3_ENDPOINT: 'https://s3.test',
      CDN_BASE_URL: 'https://cdn.test',
      HOST: '127.0.0.1',
    };
    const { error } = apiEnv.safeParse({ ...common, ...settings });
    return error?.issues.map(({ path }) => path[0]) ?? [];
  };
  const url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/render';

  test.each([
    [{ RENDERER: 'lambda', RENDER_QUEUE_URL: url }, []],
    [{ RENDERER: 'lambda' }, ['RENDER_QUEUE_URL']],
    [{ RENDERER: 'lambda', RENDER_QUEUE_URL: url, UPLOAD_EVENTS_QUEUE_URL: url }, ['UPLOAD_EVENTS_QUEUE_URL']],
    [{ RENDER_QUEUE_URL: url }, ['RENDER_QUEUE_URL']],
  ])('%j have the wrong variables %j', (settings, names) => {
    expect(problems(settings)).toEqual(names);
  });
});
