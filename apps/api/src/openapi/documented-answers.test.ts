// Over 250 lines: one case for each documented response that needs more than a call. They share five APIs.

import { AppError } from '@imagemill/errors';
import { Manifest } from '@imagemill/manifests';
import {
  createConsumerConnection,
  createDeliveryWorker,
  createProducerConnection,
  createPurgeQueue,
  createPurgeWorker,
} from '@imagemill/queue';
import { ImageId, originalFolder, originalKey, SigningKeys, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createBodyRoom } from '../http/body-room.ts';
import { createRequestTurns } from '../http/request-turns.ts';
import { createApiHarness } from '../test-support/api-harness.ts';
import { operationsOf } from '../test-support/operations.ts';
import { privateSetsFile, signingKey } from '../test-support/private-sets.ts';
import { type Apis, provoke } from '../test-support/provoke.ts';
import { badImports, badUploads, refuseTickets } from '../test-support/refuse-tickets.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';
import { exampleBucketEvent, exampleImage, exampleImportRequest, exampleTicketRequest } from './examples.ts';

const setsFile = await privateSetsFile();
let apis: Apis;
beforeAll(async () => {
  const sound = await createApiHarness();
  // Other test files may have run in this process before.
  sound.answersSeen.clear();
  apis = {
    sound,
    withoutRedis: await createApiHarness({ redisUrl: 'redis://127.0.0.1:1' }),
    withoutStorage: await createApiHarness({ beside: sound, s3Endpoint: 'http://127.0.0.1:1' }),
    broken: await createApiHarness({
      beside: sound,
      inTests: { middleware: [() => Promise.reject(new Error('a mistake'))] },
    }),
    limited: await createApiHarness({
      beside: sound,
      env: { RATE_LIMIT_READS: 1, RATE_LIMIT_CHANGES: 1, RATE_LIMIT_WINDOW_SECONDS: 3600 },
    }),
    full: await createApiHarness({
      beside: sound,
      inTests: {
        bodyRoom: createBodyRoom({ tenantBytesMax: 0 }),
        requestTurns: createRequestTurns({ waitingMax: 0 }),
      },
    }),
  };
});
afterAll(() => Promise.all(Object.values(apis).map((api) => api.close())));

const acme = Tenant.parse('acme');
const UPLOAD_URL = '/v1/images/upload-url';

async function ticket(): Promise<UploadTicket> {
  return UploadTicket.parse(
    (await apis.sound.call('POST', UPLOAD_URL, { ...exampleTicketRequest, contentLength: 5 })).body,
  );
}

async function uploaded(): Promise<UploadTicket> {
  const issued = await ticket();
  await fetch(issued.uploadUrl, { method: 'PUT', headers: issued.headers, body: 'hello' });
  return issued;
}

async function failed(): Promise<ImageId> {
  const { sound } = apis;
  const imageId = ImageId.parse((await ticket()).imageId);
  await sound.queue.reportUpload(imageId);
  const hasFailed = async () => (await sound.queue.find(imageId))?.status === 'failed';
  const hopeless = new AppError({ code: 'test-fault', retryable: false, publicMessage: 'It is hopeless.' });
  await sound.work(
    () => Promise.reject(hopeless),
    () => vi.waitUntil(hasFailed),
  );
  return imageId;
}

const jpegOfAcme = (imageId: ImageId) =>
  ({ tenant: acme, category: 'product', imageId, contentType: 'image/jpeg' }) as const;

/** An image of which only the manifest is left. */
async function readyWithoutOriginal(): Promise<ImageId> {
  const imageId = ImageId.parse(uuidv7());
  const { source, placeholder, dominantColour, createdAt, readyAt } = exampleImage;
  const manifest = Manifest.parse({
    imageId,
    tenant: acme,
    category: 'product',
    filename: '',
    metadata: {},
    attempts: 1,
    originalKey: originalKey(jpegOfAcme(imageId)),
    originalEtag: '"e"',
    revision: 'earlier',
    status: 'ready',
    source: { ...source, sha256: '' },
    placeholder,
    dominantColour,
    createdAt,
    readyAt,
    renditions: [],
    timingsMs: {},
  });
  await apis.sound.manifests.publish(manifest, undefined);
  return imageId;
}

/** Delivers every waiting event to its receiver. */
async function deliverAll(): Promise<void> {
  const { prefix } = apis.sound;
  const connection = createConsumerConnection(inject('servers').redisUrl);
  const taken = Promise.withResolvers<void>();
  const worker = createDeliveryWorker({
    connection,
    prefix,
    concurrency: 2,
    deliver: async () => ({ verdict: 'delivered', status: 204 }),
    onError: taken.reject,
    onAttempt: () => taken.resolve(),
  });
  await taken.promise;
  await worker.close(5_000);
  connection.disconnect();
}

/** A purge that the CDN has refused. */
async function failedPurge(): Promise<string> {
  const { prefix } = apis.sound;
  const { redisUrl } = inject('servers');
  const [connection, consumer] = [createProducerConnection(redisUrl), createConsumerConnection(redisUrl)];
  await vi.waitUntil(() => connection.status === 'ready');
  const purges = createPurgeQueue({ connection, prefix });
  await purges.add({ tenant: acme, category: 'product', imageId: ImageId.parse(uuidv7()) }, 'deleted');
  const worker = createPurgeWorker({
    connection: consumer,
    prefix,
    concurrency: 1,
    onError: () => {},
    send: () => Promise.reject(new AppError({ code: 'purge-failed', retryable: false, publicMessage: 'status-410' })),
  });
  await vi.waitUntil(async () => (await purges.failed.count()) > 0);
  await worker.close(5_000);
  const { purges: found } = await purges.failed.list({ cursor: 0, limit: 1 });
  connection.disconnect();
  consumer.disconnect();
  return found[0]?.id ?? '';
}

/** Responses that need a case of their own, by the operation's id. */
const cases: Record<string, () => Promise<unknown>> = {
  requestUpload: () => refuseTickets(apis, { path: UPLOAD_URL, request: exampleTicketRequest, bad: badUploads }),
  requestUploads: () =>
    refuseTickets(apis, {
      path: '/v1/images/upload-urls',
      request: exampleTicketRequest,
      bodyOf: (request) => ({ images: [request] }),
      bad: badUploads,
    }),
  importImage: () => refuseTickets(apis, { path: '/v1/images/import', request: exampleImportRequest, bad: badImports }),

  async withoutSigningKey() {
    const env = { VARIANT_SETS_FILE: setsFile, EDGE_SIGNING_KEYS: SigningKeys.parse(signingKey('acme')) };
    const api = await createApiHarness({ beside: apis.sound, env });
    const ask = (path: string, body: object) => api.call('POST', path, body, api.keys.other);
    const request = { ...exampleTicketRequest, category: 'papers' };
    await ask(UPLOAD_URL, request);
    await ask('/v1/images/upload-urls', { images: [request] });
    await ask('/v1/images/import', { ...exampleImportRequest, category: 'papers' });
    await api.close();
  },

  async partsOfUpload() {
    const { sound } = apis;
    const inParts = { ...exampleTicketRequest, contentLength: 950_000, method: 'MULTIPART' };
    const imageId = String((await sound.call('POST', UPLOAD_URL, inParts)).body.imageId);
    const sign = (id: string, partNumber: number) =>
      sound.call('POST', `/v1/images/${id}/parts`, { partNumbers: [partNumber] });
    const look = (id: string) => sound.call('GET', `/v1/images/${id}/parts`);
    for (const partNumber of [0, 1, 2]) await sign(imageId, partNumber);
    await look(imageId);
    const other = (await ticket()).imageId;
    await sign(other, 1);
    await look(other);
    const { multipart } = sound.originals;
    await sound.call('POST', `/v1/images/${imageId}/complete`);
    const { uploads } = await multipart.list({ prefix: originalFolder(jpegOfAcme(ImageId.parse(imageId))) });
    for (const upload of uploads) await multipart.abort(upload);
    await sound.call('POST', `/v1/images/${imageId}/complete`);
    await look(imageId);
    await sound.queue.reportUpload(ImageId.parse(imageId));
    await sign(imageId, 1);
  },

  async listImages() {
    const { sound, withoutStorage } = apis;
    await sound.call('GET', '/v1/images?category=lost');
    await sound.index.add(acme, [{ imageId: ImageId.parse(uuidv7()), category: 'product' }]);
    await withoutStorage.call('GET', '/v1/images');
  },

  async getImage() {
    const { sound } = apis;
    const path = `/v1/images/${(await ticket()).imageId}`;
    const { headers } = await sound.call('GET', path);
    await sound.call('GET', path, undefined, sound.keys.acme, { 'if-none-match': headers.get('etag') ?? '' });
  },

  async getReport() {
    await apis.sound.call('GET', `/v1/images/${(await ticket()).imageId}/report`);
  },

  async followImage() {
    const { sound } = apis;
    const path = `/v1/images/${await readyWithoutOriginal()}`;
    const follow = (api = sound, more: Record<string, string> = {}) =>
      api.app.request(`${path}/events`, { headers: { authorization: `Bearer ${api.keys.acme}`, ...more } });
    const ids = [...(await (await follow()).text()).matchAll(/^id: (.*)$/gm)];
    await follow(sound, { 'last-event-id': ids.at(-1)?.[1] ?? '' });
    for (const env of [{ MAX_LISTENERS_PER_TENANT: 0 }, { MAX_LISTENERS: 0 }]) {
      const full = await createApiHarness({ beside: sound, env });
      await follow(full);
      await full.close();
    }
    await sound.call('GET', `${path}/ws`);
    await sound.call('GET', `${path}/ws`, undefined, sound.keys.acme, {
      upgrade: 'websocket',
      origin: 'https://evil.test',
    });
  },

  async completeUpload() {
    const { sound, withoutStorage } = apis;
    const { imageId } = await ticket();
    await sound.call('POST', `/v1/images/${imageId}/complete`);
    await withoutStorage.call('POST', `/v1/images/${imageId}/complete`);
    await sound.call('POST', `/v1/images/${(await uploaded()).imageId}/complete`);
  },

  async reprocessImage() {
    const { sound } = apis;
    await sound.call('POST', `/v1/images/${(await ticket()).imageId}/reprocess`);
    await sound.call('POST', `/v1/images/${await readyWithoutOriginal()}/reprocess`);
  },

  async signSize() {
    const { sound, withoutRedis, withoutStorage } = apis;
    const signing = await createApiHarness({
      beside: sound,
      env: { EDGE_SIGNING_KEYS: SigningKeys.parse(signingKey('acme')) },
    });
    const { imageId } = await ticket();
    const ask = (search: string, api = signing, id = imageId) => api.call('GET', `/v1/images/${id}/size-url${search}`);
    for (const search of ['?w=320', '?w=320&fit=cover', '?w=wide', '?w=320&x=1']) await ask(search);
    await ask('?w=320', sound);
    await ask('?w=320', withoutRedis);
    await ask('?w=320', withoutStorage, uuidv7());
    await signing.close();
  },

  async changeImage() {
    const { sound } = apis;
    const change = (imageId: string, x = 0) => sound.call('PATCH', `/v1/images/${imageId}`, { focus: { x, y: 1 } });
    await change((await ticket()).imageId);
    await sound.call('PATCH', `/v1/images/${(await ticket()).imageId}`, {});
    const imageId = await readyWithoutOriginal();
    await change(imageId);
    await change(imageId, 2);
    const key = originalKey(jpegOfAcme(imageId));
    await sound.originals.put({ key, body: Buffer.from('hello'), contentType: 'image/jpeg', cacheControl: 'private' });
    await change(imageId);
  },

  deleteImage: async () => apis.sound.call('DELETE', `/v1/images/${(await ticket()).imageId}`),

  async deadLetters() {
    const { sound, withoutStorage } = apis;
    const imageId = await failed();
    const ask = (method: string, path: string, api = sound) =>
      api.call(method, `/v1/dead-letters${path}`, undefined, api.keys.admin);
    await ask('GET', '');
    await ask('DELETE', `/${imageId}`, withoutStorage);
    await ask('POST', `/${imageId}/redrive`);
    const unreadable = await failed();
    await sound.redis.hset(`${sound.prefix}:render:${unreadable}`, 'data', '{');
    expect((await ask('POST', `/${unreadable}/redrive`)).body.code).toBe('unreadable-job');
    expect((await ask('DELETE', `/${unreadable}`)).status).toBe(204);
  },

  async getTenantMemory() {
    const { sound, withoutRedis } = apis;
    const ask = (search: string, api = sound) =>
      api.call('GET', `/v1/tenant-memory${search}`, undefined, api.keys.admin);
    for (const search of ['?tenant=acme', '?tenant=A', '?tenant=acme&x=1', '']) await ask(search);
    await ask('?tenant=acme', withoutRedis);
  },

  async failedPurges() {
    const { sound } = apis;
    const ask = (method: string, path: string, body?: object) =>
      sound.call(method, `/v1/failed-purges${path}`, body, sound.keys.admin);
    const id = await failedPurge();
    expect((await ask('GET', '')).body.purges).toMatchObject([{ id, reason: 'deleted', code: 'purge-failed' }]);
    expect((await ask('POST', `/${id}/redrive`)).status).toBe(202);
    expect((await ask('POST', `/${id}/redrive`)).body.code).toBe('purge-not-found');
    await failedPurge();
    expect((await ask('POST', '/redrive', { limit: 0 })).body.code).toBe('invalid-field');
    expect((await ask('POST', '/redrive', { limit: 1000 })).body.redriven).toBeGreaterThan(0);
    const unreadable = await failedPurge();
    await sound.redis.hset(`${sound.prefix}:purges:${unreadable}`, 'data', '{');
    expect((await ask('POST', `/${unreadable}/redrive`)).body.code).toBe('unreadable-job');
    expect((await ask('DELETE', `/${unreadable}`)).status).toBe(204);
    expect((await ask('DELETE', '/5f6c2d0e-8a34-4b0e-9d7e-2f0c6a1b9e55')).body.code).toBe('purge-not-found');
  },

  async replayWebhookDelivery() {
    const { sound, withoutRedis } = apis;
    const imageId = ImageId.parse(uuidv7());
    const event = { type: 'image.expired', tenant: acme, imageId, occasion: 'x', data: {} } as const;
    const id = await sound.webhooks.publish(event);
    const replay = (api = sound) => api.call('POST', `/v1/webhook-deliveries/${id}/replay`, undefined, api.keys.admin);
    await replay();
    await replay(withoutRedis);
    await deliverAll();
    await vi.waitUntil(async () => (await replay()).status === 202);
    await sound.redis.hset(`${sound.prefix}:webhooks:${id}`, 'data', '{');
    expect((await replay()).body.code).toBe('unreadable-job');
    await sound.call('GET', '/v1/webhook-deliveries', undefined, sound.keys.admin);
  },

  async releaseImage() {
    await judge(await heldImage(), 'release');
    await judge((await ticket()).imageId, 'release');
  },

  async rejectImage() {
    const id = await heldImage();
    await judge(id, 'reject', { message: '' });
    await judge(id, 'reject', {});
    await judge((await ticket()).imageId, 'reject', {});
  },

  async startBoardSession() {
    const { sound } = apis;
    const env = { BOARD_SESSION_SECRET: ['a secret of this test, for board sessions'] as const };
    const withBoard = await createApiHarness({ beside: sound, env });
    await withBoard.call('POST', '/v1/board-sessions', undefined, sound.keys.admin);
    await withBoard.close();
  },

  async receiveBucketEvent() {
    const { withoutRedis } = apis;
    const text = JSON.stringify(exampleBucketEvent).replace('imagemill-originals', withoutRedis.originals.bucket);
    await withoutRedis.call('POST', '/v1/events/s3', text, withoutRedis.keys.bucket);
  },

  async getOpenApiDocument() {
    const documents = ['/openapi.json', '/docs', '/docs/start.js'];
    for (const path of documents) {
      const { headers } = await apis.sound.app.request(path);
      await apis.sound.app.request(path, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    }
  },
};

async function heldImage(): Promise<string> {
  const imageId = ImageId.parse((await ticket()).imageId);
  const at = new Date().toISOString();
  const key = originalKey({ tenant: acme, category: 'product', imageId, contentType: 'image/jpeg' });
  const common = {
    imageId,
    tenant: acme,
    category: 'product',
    originalKey: key,
    filename: '',
    metadata: {},
    attempts: 1,
  };
  const error = { code: 'moderation-held', message: 'Wait.' };
  const moderation = { verdict: 'hold', by: 'service', at } as const;
  const held = { status: 'held', originalEtag: '"e"', error, moderation, createdAt: at, heldAt: at } as const;
  await apis.sound.manifests.publish({ ...common, ...held }, undefined);
  return imageId;
}

const judge = (id: string, how: 'release' | 'reject', body?: object) =>
  apis.sound.call('POST', `/v1/images/${id}/${how}`, body, apis.sound.keys.moderator);

/** Documented responses without a test, each with its reason. */
const unseen: Record<string, string> = {
  'GET /v1/images/{id}/ws 101': 'a WebSocket needs a server of its own: see routes/follow-image-ws.test.ts',
};

test('every documented response is tested and matches its description', async () => {
  const operations = operationsOf(apis.sound.document);
  for (const operation of operations) await provoke(operation, apis);
  for (const bringAbout of Object.values(cases)) await bringAbout();
  const documented = operations.flatMap(({ method, path, answers }) =>
    answers.map((answer) => `${method} ${path} ${answer}`),
  );
  expect(documented.filter((answer) => !apis.sound.answersSeen.has(answer)).sort()).toEqual(Object.keys(unseen).sort());
});
