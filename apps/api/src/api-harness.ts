import { createHash, randomUUID } from 'node:crypto';
import { createDeletions, createManifests } from '@imagemill/manifests';
import {
  createConsumerConnection,
  createProducerConnection,
  createRenderQueue,
  createRenderWorker,
  type RenderHandler,
} from '@imagemill/queue';
import { createLogger } from '@imagemill/service';
import { createS3Client, createS3Storage, ensureBucket } from '@imagemill/storage';
import { loadCategories } from '@imagemill/variants';
import type { MiddlewareHandler } from 'hono';
import { inject, vi } from 'vitest';
import { createApp } from './app.ts';
import { ApiKeys, createAuthenticator } from './auth/api-keys.ts';
import type { ApiSettings } from './http/api-route.ts';
import type { ApiBindings } from './http/bindings.ts';
import { createImageRecords } from './images/image-record.ts';
import { createImageView } from './images/image-view.ts';

const keys = { acme: 'key-of-acme', other: 'key-of-other', admin: 'key-of-admin', bucket: 'key-of-bucket' };
const entry = (tenant: string, scope: string, key: string) =>
  `${tenant}:${scope}:${createHash('sha256').update(key).digest('hex')}`;
const apiKeys = [
  entry('acme', 'upload', keys.acme),
  entry('other', 'upload', keys.other),
  entry('acme', 'admin', keys.admin),
  entry('acme', 'storage', keys.bucket),
].join(',');

export interface ApiHarnessOptions {
  readonly redisUrl?: string;
  readonly s3Endpoint?: string;
  readonly settings?: Partial<ApiSettings>;
  readonly observers?: readonly MiddlewareHandler<ApiBindings>[];
}

/** The API in this process, on the run's real Redis and S3 server, with buckets and a queue of its own. */
export async function createApiHarness(options: ApiHarnessOptions = {}) {
  const servers = inject('servers');
  const s3 = { ...servers.s3, maxAttempts: 1, requestTimeoutMs: 5_000 };
  const client = createS3Client({ ...s3, endpoint: options.s3Endpoint ?? s3.endpoint });
  const bucket = `api-${randomUUID()}`;
  if (!options.s3Endpoint) await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });

  const originals = createS3Storage({ client, bucket });
  const connection = createProducerConnection(options.redisUrl ?? servers.redisUrl);
  if (!options.redisUrl) await vi.waitUntil(() => connection.status === 'ready');
  const prefix = `api-${randomUUID().slice(0, 8)}`;
  const queue = createRenderQueue({ connection, prefix });
  const categories = await loadCategories();
  const settings: ApiSettings = {
    apiBaseUrl: 'http://api.test',
    cdnBaseUrl: 'http://cdn.test',
    maxUploadBytes: 1_000_000,
    uploadUrlTtlSeconds: 300,
    uploadCheckDelayMs: 3600_000,
    ...options.settings,
  };
  const manifests = createManifests(originals);
  const deletions = createDeletions(originals, manifests);
  const records = createImageRecords({ queue, manifests, originals, categories });
  const view = createImageView({ categories, cdnBaseUrl: settings.cdnBaseUrl });
  const services = { categories, originals, cdn: originals, queue, manifests, deletions, records, view, settings };
  const authenticator = createAuthenticator(ApiKeys.parse(apiKeys));
  const app = createApp(services, authenticator, createLogger('api', 'silent'), ...(options.observers ?? []));

  /** A JSON request with a key; a string body is sent as it is. */
  async function call(method: string, path: string, body?: unknown, key: string = keys.acme) {
    const response = await app.request(path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
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
    call,
    work,
    queue,
    manifests,
    originals,
    async close() {
      connection.disconnect();
      client.destroy();
    },
  };
}
