import { createHash, randomUUID } from 'node:crypto';
import { createKeyStore, type Scope } from '@imagemill/keys';
import { addRedisUser } from '@imagemill/local-stack/test-support';
import {
  createConsumerConnection,
  createProducerConnection,
  createRenderWorker,
  type RenderHandler,
  redisUserRules,
} from '@imagemill/queue';
import { createLogger, parseEnv } from '@imagemill/service';
import { createS3Client, ensureBucket } from '@imagemill/storage';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, inject, vi } from 'vitest';
import { openBackends } from '../backends.ts';
import { type ApiOptions, buildApi } from '../build-api.ts';
import { type ApiEnv, apiEnv } from '../env.ts';
import { UploadTicket } from '../tickets/upload-ticket.ts';
import { createContract } from './contract.ts';
import { documentOf } from './document-of.ts';

export const FOLLOW_TOKEN_SECRET = 'a secret of this test that is long enough';
const keys = {
  acme: 'key-of-acme',
  other: 'key-of-other',
  admin: 'key-of-admin',
  bucket: 'key-of-bucket',
  moderator: 'key-of-moderator',
  autoscaler: 'key-of-autoscaler',
};
/** A key with each scope. */
export const keyWithScope: Readonly<Record<Scope, string>> = {
  upload: keys.acme,
  admin: keys.admin,
  metrics: keys.autoscaler,
  moderate: keys.moderator,
  storage: keys.bucket,
};
const entry = (tenant: string, scope: string, key: string) =>
  `${tenant}:${scope}:${createHash('sha256').update(key).digest('hex')}`;
const apiKeys = [
  entry('acme', 'upload', keys.acme),
  entry('other', 'upload', keys.other),
  entry('acme', 'admin', keys.admin),
  entry('acme', 'storage', keys.bucket),
  entry('other', 'moderate', keys.moderator),
  entry('fleet', 'metrics', keys.autoscaler),
].join(',');

/** A valid request for a ticket. */
export const photo = { filename: 'shoe.jpg', contentType: 'image/jpeg', contentLength: 5, category: 'product' };

/** The responses of the APIs in this process. */
const answersSeen = new Set<string>();

export interface ApiHarnessOptions {
  readonly redisUrl?: string;
  readonly s3Endpoint?: string;
  readonly env?: Partial<ApiEnv>;
  /** Another harness, whose queue, tenants and bucket this one shares, as a second process of the API does. */
  readonly beside?: { readonly prefix: string; readonly originals: { readonly bucket: string } };
  readonly inTests?: ApiOptions['inTests'];
}

export type ApiHarness = Awaited<ReturnType<typeof createApiHarness>>;

/** A harness for the whole file: opened before its tests, closed after them, empty until then. */
export function useApi(options: ApiHarnessOptions = {}): ApiHarness {
  const api = {} as ApiHarness;
  beforeAll(async () => {
    Object.assign(api, await createApiHarness(options));
  });
  afterAll(() => api.close());
  return api;
}

/** The API in this process, as its user of the run's real Redis, on its S3 server, with buckets and a queue of its own. */
export async function createApiHarness(options: ApiHarnessOptions = {}) {
  const env = await asRedisUser(testEnv(options), options);
  if (!options.s3Endpoint && !options.beside) await makeBucket(env.ORIGINALS_BUCKET);
  const logger = createLogger('api', 'silent');
  const backends = openBackends(env, logger);
  const { connection } = backends;
  // Of a user with all rights, for what no API does: keys are created by a command, and records are broken by tests.
  const redis = createProducerConnection(options.redisUrl ?? inject('servers').redisUrl);
  redis.on('error', () => {});
  const untilConnected = () => vi.waitUntil(() => [connection, redis].every(({ status }) => status === 'ready'));
  if (!options.redisUrl) await untilConnected();
  const registry = new Registry();
  const inTests = { refusalDelay: { delayMs: 0 }, ...options.inTests };
  const api = await buildApi(env, backends, { logger, registry, inTests });
  const { app, services } = api;
  const keyStore = createKeyStore(redis, env.QUEUE_PREFIX);
  const { queue, webhooks, manifests, index, originals, live, view, settings } = services;

  const document = documentOf(app, settings.apiBaseUrl);
  // Every response in every test is checked against the document.
  const contract = createContract(document, answersSeen);
  const { fetch: respond } = app;
  app.fetch = async (request, bindings = bindingsOf(request), ...rest) => {
    const response = await respond(request, bindings, ...rest);
    const differences = await contract.differences(request, response);
    if (differences.length === 0) return response;
    throw new Error(`${request.method} ${request.url} is not as documented: ${differences.join('; ')}`);
  };
  const { request } = app;
  app.request = async (input, init, ...rest) => {
    const response = await request(input, init, ...rest);
    if (typeof input !== 'string' || typeof init?.body !== 'string' || !response.ok) return response;
    const differences = contract.takenDifferences(init.method ?? 'GET', input, init.body);
    if (differences.length === 0) return response;
    throw new Error(`${init.method} ${input} accepted an undocumented request: ${differences.join('; ')}`);
  };

  /** A JSON request with a key; a string body is sent as it is. */
  async function call(
    method: string,
    path: string,
    body?: unknown,
    key: string = keys.acme,
    headers: Record<string, string> = {},
  ) {
    const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await app.request(path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(sent !== undefined && {
          'content-type': 'application/json',
          'content-length': `${Buffer.byteLength(sent)}`,
        }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    });
    const type = response.headers.get('content-type') ?? '';
    // The stream stays open until its reader disconnects.
    const text = type.startsWith('text/event-stream') ? await response.body?.cancel() : await response.text();
    const isJson = /[/+]json/.test(type);
    const answer = (isJson && text ? JSON.parse(text) : {}) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body: answer };
  }
  const ticket = async (fields: object = {}) =>
    UploadTicket.parse((await call('POST', '/v1/images/upload-url', { ...photo, ...fields })).body);
  const upload = ({ uploadUrl, method, headers }: UploadTicket, body = 'hello') =>
    fetch(uploadUrl, { method, headers, body });

  /** Runs a worker in this process until `until` resolves. */
  async function work(handle: RenderHandler, until: () => Promise<unknown>): Promise<void> {
    const consumer = createConsumerConnection(inject('servers').redisUrl);
    const prefix = env.QUEUE_PREFIX;
    const worker = createRenderWorker({ connection: consumer, prefix, concurrency: 1, handle, onError: () => {} });
    await until();
    await worker.close(5_000);
    consumer.disconnect();
  }
  return {
    app,
    keys,
    keyStore,
    document,
    answersSeen,
    call,
    ticket,
    upload,
    work,
    registry,
    queue,
    webhooks,
    manifests,
    index,
    originals,
    live,
    view,
    prefix: env.QUEUE_PREFIX,
    redis,
    /** Resolves when the API and the harness, each with a connection of its own, have reached Redis. */
    untilConnected,
    async close() {
      redis.disconnect();
      await api.close();
    },
  };
}

/** As the adapter calls the app for an upgrade: with Node's request, and without a response. */
const bindingsOf = ({ headers }: Request) =>
  headers.get('upgrade') === 'websocket' ? { incoming: { headers: {} } } : undefined;

function testEnv({ redisUrl, s3Endpoint, beside, env }: ApiHarnessOptions): ApiEnv {
  const servers = inject('servers');
  const bucket = beside?.originals.bucket ?? `api-${randomUUID()}`;
  const parsed = parseEnv(apiEnv, {
    REDIS_URL: redisUrl ?? servers.redisUrl,
    QUEUE_PREFIX: beside?.prefix ?? `api-${randomUUID().slice(0, 8)}`,
    S3_ENDPOINT: s3Endpoint ?? servers.s3.endpoint,
    S3_REGION: servers.s3.region,
    S3_ACCESS_KEY_ID: servers.s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: servers.s3.secretAccessKey,
    ORIGINALS_BUCKET: bucket,
    CDN_BUCKET: bucket,
    API_KEYS: apiKeys,
    API_BASE_URL: 'http://api.test',
    CDN_BASE_URL: 'http://cdn.test',
    API_CORS_ORIGINS: 'https://shop.test',
    FOLLOW_TOKEN_SECRET,
    MAX_UPLOAD_BYTES: '1000000',
    MULTIPART_THRESHOLD: '900000',
    UPLOAD_URL_TTL_SECONDS: '300',
    MULTIPART_TTL_SECONDS: '3600',
    UPLOAD_CHECK_DELAY_MS: '600000',
    RATE_LIMIT_TICKETS: '0',
    RATE_LIMIT_READS: '0',
    RATE_LIMIT_CHANGES: '0',
    MAX_DELETIONS_PER_DAY: '0',
    MAX_UNFINISHED_IMAGES: '0',
    MAX_BACKLOG: '0',
  });
  return { ...parsed, ...env };
}

/** A Redis of the caller's own has no users. */
async function asRedisUser(env: ApiEnv, { redisUrl }: ApiHarnessOptions): Promise<ApiEnv> {
  if (redisUrl) return env;
  return { ...env, REDIS_URL: await addRedisUser(env.REDIS_URL, redisUserRules('api', env.QUEUE_PREFIX)) };
}

async function makeBucket(bucket: string): Promise<void> {
  const client = createS3Client({ ...inject('servers').s3, maxAttempts: 1, requestTimeoutMs: 60_000 });
  await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  client.destroy();
}
