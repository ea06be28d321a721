import { createHash, randomUUID } from 'node:crypto';
import { createImageEnds, createImageRecords, createImageView, createListImages } from '@imagemill/images';
import { ConfiguredKeys, createKeyStore } from '@imagemill/keys';
import { createDeletions, createManifests } from '@imagemill/manifests';
import {
  createConsumerConnection,
  createImageIndex,
  createProducerConnection,
  createReaderConnection,
  createRenderQueue,
  createRenderWorker,
  createWebhookQueue,
  type RenderHandler,
} from '@imagemill/queue';
import { createLogger } from '@imagemill/service';
import { createS3Client, createS3Storage, ensureBucket } from '@imagemill/storage';
import { loadCategories } from '@imagemill/variants';
import type { MiddlewareHandler } from 'hono';
import { inject, vi } from 'vitest';
import { areas, createApp } from '../app.ts';
import { type AuthenticatorOptions, createAuthenticator } from '../auth/authenticator.ts';
import { createFollowTokens } from '../auth/follow-tokens.ts';
import { createReportUploads } from '../bucket-events/report-uploads.ts';
import type { ApiServices, ApiSettings } from '../http/api-route.ts';
import type { ApiBindings } from '../http/bindings.ts';
import { createLimits, type LimitSettings } from '../limits/create-limits.ts';
import type { ListenerLimitSettings } from '../live/listener-limits.ts';
import type { LiveObserver } from '../live/live-observer.ts';
import type { LiveTimes } from '../live/live-times.ts';
import { startLive } from '../live/start-live.ts';
import { createOpenApiDocument } from '../openapi/document.ts';
import { createContract } from './contract.ts';

export const FOLLOW_TOKEN_SECRET = 'a secret of this test, and long enough';
const keys = { acme: 'key-of-acme', other: 'key-of-other', admin: 'key-of-admin', bucket: 'key-of-bucket' };
const entry = (tenant: string, scope: string, key: string) =>
  `${tenant}:${scope}:${createHash('sha256').update(key).digest('hex')}`;
const apiKeys = [
  entry('acme', 'upload', keys.acme),
  entry('other', 'upload', keys.other),
  entry('acme', 'admin', keys.admin),
  entry('acme', 'storage', keys.bucket),
].join(',');

/** What the APIs of this process answered. */
const answersSeen = new Set<string>();

export interface ApiHarnessOptions {
  readonly redisUrl?: string;
  readonly s3Endpoint?: string;
  readonly settings?: Partial<ApiSettings>;
  readonly limits?: Partial<LimitSettings>;
  /** What this API has beside. */
  readonly services?: Pick<ApiServices, 'console' | 'board'>;
  readonly live?: Partial<ListenerLimitSettings> & { times?: Partial<LiveTimes>; observer?: LiveObserver };
  /** Another harness, whose queue, tenants and bucket this one shares, as a second process of the API does. */
  readonly beside?: { readonly prefix: string; readonly originals: { readonly bucket: string } };
  readonly authenticator?: Partial<AuthenticatorOptions>;
  readonly observers?: readonly MiddlewareHandler<ApiBindings>[];
}

/** The API in this process, on the run's real Redis and S3 server, with buckets and a queue of its own. */
export async function createApiHarness(options: ApiHarnessOptions = {}) {
  const servers = inject('servers');
  const s3 = { ...servers.s3, maxAttempts: 1, requestTimeoutMs: 5_000 };
  const client = createS3Client({ ...s3, endpoint: options.s3Endpoint ?? s3.endpoint });
  const bucket = options.beside?.originals.bucket ?? `api-${randomUUID()}`;
  if (!options.s3Endpoint && !options.beside)
    await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });

  const originals = createS3Storage({ client, bucket });
  const connection = createProducerConnection(options.redisUrl ?? servers.redisUrl);
  if (!options.redisUrl) await vi.waitUntil(() => connection.status === 'ready');
  const prefix = options.beside?.prefix ?? `api-${randomUUID().slice(0, 8)}`;
  const queue = createRenderQueue({ connection, prefix });
  const webhooks = createWebhookQueue({ connection, prefix });
  const categories = await loadCategories();
  const settings: ApiSettings = {
    apiBaseUrl: 'http://api.test',
    cdnBaseUrl: 'http://cdn.test',
    maxUploadBytes: 1_000_000,
    uploadUrlTtlSeconds: 300,
    uploadCheckDelayMs: 3600_000,
    multipartThreshold: 900_000,
    multipartTtlSeconds: 3600,
    corsOrigins: ['https://shop.test'],
    ...options.settings,
  };
  const manifests = createManifests(originals);
  const deletions = createDeletions(originals, manifests);
  const records = createImageRecords({ queue, manifests, originals, categories });
  const view = createImageView({ categories, cdnBaseUrl: settings.cdnBaseUrl });
  const index = createImageIndex(connection, prefix);
  const listImages = createListImages({ index, records, categories, onUnreadable: () => {} });
  const limits = createLimits(
    { connection, prefix, queue },
    { tickets: 0, windowSeconds: 10, unfinishedMax: 0, maxBacklog: 0, maxBacklogSeconds: 0, ...options.limits },
  );
  const { times = {}, observer = { joined() {}, left() {} }, ...listenerLimits } = options.live ?? {};
  const live = startLive({
    connection: createReaderConnection(options.redisUrl ?? servers.redisUrl),
    prefix,
    sources: { records, view, ends: createImageEnds({ queue, manifests }) },
    categories,
    limits: { listenersMax: 1_000, listenersPerTenantMax: 1_000, ...listenerLimits },
    ...{ times, observer },
    logger: createLogger('api', 'silent'),
  });
  const followTokens = createFollowTokens([FOLLOW_TOKEN_SECRET], 3600);
  const logger = createLogger('api', 'silent');
  const services = {
    reportUploads: createReportUploads({ bucket, queue, logger }),
    categories,
    originals,
    cdn: originals,
    queue,
    webhooks,
    manifests,
    deletions,
    records,
    index,
    listImages,
    view,
    limits,
    live,
    followTokens,
    settings,
    ...options.services,
  };
  const keyStore = createKeyStore(connection, prefix);
  const authenticator = createAuthenticator({
    configured: ConfiguredKeys.parse(apiKeys),
    store: keyStore,
    ...options.authenticator,
  });
  const app = createApp(services, authenticator, createLogger('api', 'silent'), ...(options.observers ?? []));

  const document = createOpenApiDocument({ app, areas, apiBaseUrl: settings.apiBaseUrl });
  // Every answer that any test gets is held against the document.
  const contract = createContract(document, answersSeen);
  const { fetch } = app;
  app.fetch = async (request, ...rest) => {
    const response = await fetch(request, ...rest);
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
    throw new Error(`${init.method} ${input} took what is not documented: ${differences.join('; ')}`);
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
    // Events come until their reader goes away.
    const text = type.startsWith('text/event-stream') ? await response.body?.cancel() : await response.text();
    const isJson = /[/+]json/.test(type);
    const answer = (isJson && text ? JSON.parse(text) : {}) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body: answer };
  }
  /** Lets a worker of this process have the queue's jobs for as long as `until` takes. */
  async function work(handle: RenderHandler, until: () => Promise<unknown>): Promise<void> {
    const consumer = createConsumerConnection(servers.redisUrl);
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
    work,
    queue,
    webhooks,
    manifests,
    index,
    originals,
    prefix,
    redis: connection,
    live,
    async close() {
      await live.close();
      connection.disconnect();
      client.destroy();
    },
  };
}
