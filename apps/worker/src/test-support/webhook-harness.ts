import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Notifier } from '@imagemill/images';
import { addRedisUser } from '@imagemill/local-stack/test-support';
import {
  createConsumerConnection,
  createOutages,
  createProducerConnection,
  createRenderQueue,
  createRenderWorker,
  createWebhookQueue,
  type RenderHandler,
  redisUserRules,
  WebhookEventType,
} from '@imagemill/queue';
import { createLogger, parseEnv } from '@imagemill/service';
import { loadCategories } from '@imagemill/variants';
import { Queue, Worker } from 'bullmq';
import { Registry } from 'prom-client';
import { Webhook } from 'standardwebhooks';
import { inject, vi } from 'vitest';
import { workerEnv } from '../env.ts';
import { buildWebhooks } from '../webhooks/build-webhooks.ts';
import { loadEndpoints } from '../webhooks/endpoints.ts';
import { notifyOutcome } from '../webhooks/notify-outcome.ts';
import { storage } from './render-harness.ts';

const { redisUrl, s3 } = inject('servers');
const closers: (() => Promise<unknown>)[] = [];

export async function closeWebhooks(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

export const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

interface Received {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Answers the request with this index, counted from 0. */
type Answer = (response: ServerResponse, index: number, request: IncomingMessage) => void;

/** A real HTTP receiver on this machine, with the requests it received. */
export async function startReceiver(answer: Answer = (response) => response.writeHead(204).end()) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString('utf8');
    const headers = request.headers as Record<string, string>;
    received.push({ id: headers['webhook-id'] ?? '', headers, body });
    answer(response, received.length - 1, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hooks?token=s3cret`, port, received };
}

export const verified = (secret: string, { body, headers }: Received) =>
  new Webhook(secret).verify(body, headers) as { type: string; timestamp: string; data: Record<string, unknown> };

interface HarnessOptions {
  readonly secrets?: readonly string[];
  readonly timeoutMs?: number;
  readonly allowPrivate?: boolean;
  readonly concurrency?: number;
  readonly events?: readonly WebhookEventType[];
  readonly ownSets?: unknown;
  /** EDGE_SIGNING_KEYS. */
  readonly signingKeys?: string;
}

/** The whole path from the end of a render to the endpoints, on the test run's real Redis and S3. */
export async function webhookHarness(urls: Record<string, string>, options: HarnessOptions = {}) {
  const {
    allowPrivate = true,
    secrets = [newSecret()],
    timeoutMs = 10_000,
    events = WebhookEventType.options,
  } = options;
  const prefix = `webhooks-${randomUUID().slice(0, 8)}`;
  const workersUrl = await addRedisUser(redisUrl, redisUserRules('worker', prefix));
  const connection = createProducerConnection(workersUrl);
  const consumer = createConsumerConnection(workersUrl);
  await vi.waitUntil(() => connection.status === 'ready' && consumer.status === 'ready');
  const file = Object.fromEntries(Object.entries(urls).map(([tenant, url]) => [tenant, { url, secrets, events }]));
  const endpoints = await loadEndpoints(file, { allowPrivate: true });
  if (!endpoints) throw new Error('There are no endpoints.');
  const queue = createRenderQueue({ connection, prefix });
  const webhooks = createWebhookQueue({ connection, prefix });
  const env = parseEnv(workerEnv, {
    REDIS_URL: redisUrl,
    QUEUE_PREFIX: prefix,
    S3_ENDPOINT: s3.endpoint,
    CDN_BASE_URL: 'http://cdn.test',
    WEBHOOK_ALLOW_PRIVATE: String(allowPrivate),
    WEBHOOK_CONCURRENCY: String(options.concurrency ?? 4),
    EDGE_SIGNING_KEYS: options.signingKeys ?? '',
  });
  const built = buildWebhooks(
    env,
    { connection: consumer, originals: storage },
    {
      endpoints,
      timeoutMs,
      categories: await loadCategories(options.ownSets),
      logger: createLogger('worker', 'silent'),
      registry: new Registry(),
    },
  );
  const { view, deliver } = built;
  const raw = new Queue('webhooks', { connection, prefix });
  closers.push(async () => {
    await raw.obliterate({ force: true });
    await raw.close();
    connection.disconnect();
    consumer.disconnect();
  });

  function startDeliveries() {
    const worker = built.startDeliveries({ ofDeliveries: createOutages([]), onGivenBack: () => {} });
    closers.push(() => worker.close(0));
    return worker;
  }
  function startRenders(
    handle: RenderHandler,
    {
      lockDurationMs,
      notifier = built.notifier,
    }: { lockDurationMs?: number; notifier?: Pick<Notifier, 'finished' | 'expired'> } = {},
  ) {
    const worker = createRenderWorker({
      connection: consumer,
      prefix,
      concurrency: 1,
      ...(lockDurationMs !== undefined && { lockDurationMs }),
      handle: notifyOutcome(handle, notifier, () => {}),
      onError: () => {},
      onFailed: async (id, _error, isFinal) => {
        const image = isFinal && id !== undefined && (await queue.deadLetters.find(id as never))?.image;
        if (image) await built.notifier.deadLetter(image.imageId);
      },
    });
    closers.push(() => worker.close(5_000));
  }
  /** Starts all delayed retries now. */
  const startRetries = async () => {
    await vi.waitUntil(async () => (await raw.getDelayedCount()) > 0);
    await raw.promoteJobs();
  };
  const deliveries = async () => (await webhooks.list({ cursor: undefined, limit: 100 })).deliveries;
  /** Simulates a worker that takes a job and crashes, more often than allowed. */
  const crashWorkerWith = async (imageId: string) => {
    const crashed = new Worker('render', null, { connection: consumer, prefix, lockDuration: 100, autorun: false });
    const taken = await crashed.getNextJob('token-of-crashed-worker');
    if (taken?.id !== imageId) throw new Error('The worker took another job.');
    await connection.hset(`${prefix}:render:${imageId}`, 'stc', 1_000);
    await crashed.close();
  };
  return {
    crashWorkerWith,
    queue,
    webhooks,
    notifier: built.notifier,
    raw,
    startDeliveries,
    startRenders,
    startRetries,
    deliveries,
    view,
    deliver,
  };
}
