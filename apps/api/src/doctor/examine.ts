import { once } from 'node:events';
import { createProducerConnection, redisAddress } from '@imagemill/queue/connection';
import type { z } from 'zod';
import { accessCheck } from './checks/access.ts';
import { bucketEventsCheck } from './checks/bucket-events.ts';
import { bucketsCheck } from './checks/buckets.ts';
import { addressCheck, cdnCheck } from './checks/delivery.ts';
import { engineLayersCheck } from './checks/engine-layers.ts';
import { lambdaRendererCheck } from './checks/lambda-renderer.ts';
import { messagesCheck } from './checks/messages.ts';
import { redisCheck } from './checks/redis.ts';
import { keysCheck, settingsCheck } from './checks/settings.ts';
import { capabilityChecks } from './checks/store-capabilities.ts';
import { type EnvSource, parsed, parts } from './env.ts';
import { type Check, type Finding, skipped } from './finding.ts';
import type { RedisConnection } from './redis-connection.ts';
import { reasonOf, runChecks } from './run-checks.ts';
import { openStores, type Stores } from './stores.ts';

interface ExamineOptions {
  readonly signal: AbortSignal;
  /** How long an event of the bucket may take. */
  readonly eventWaitMs?: number;
  /** A program of the worker that examines the layers around engine processes on this machine. */
  readonly layersProgram?: string | undefined;
}

const CONNECT_MS = 5_000;

/**
 * Examines a deployment by the variables of its programs. Writes only objects and a key that it deletes again.
 *
 * @returns the findings, in a fixed order
 */
export async function examine(source: EnvSource, options: ExamineOptions): Promise<readonly Finding[]> {
  const redis = openRedis(source);
  const storage = parsed(parts.storage, source);
  const stores = storage && (await openStores(storage));
  try {
    const checks = [
      settingsCheck(source),
      ...(redis ? redisChecks(redis, source) : notExamined('redis', 'API keys')),
      ...(storage && stores ? storageChecks(storage, stores) : notExamined('buckets')),
      ...eventChecks(redis, stores, { source, ...options }),
      ...addressChecks(source, stores),
      engineLayersCheck(options.layersProgram),
    ];
    const findings = await runChecks(checks, options.signal);
    const left = (await stores?.objects.deleteAll()) ?? [];
    return [...findings, ...left.map((outcome) => ({ check: 'clean-up', ...outcome }))];
  } finally {
    redis?.connection.disconnect();
    stores?.close();
  }
}

interface OpenRedis {
  readonly connection: RedisConnection;
  readonly prefix: string;
  readonly ready: () => Promise<RedisConnection>;
}

function openRedis(source: EnvSource): OpenRedis | undefined {
  const env = parsed(parts.redis, source);
  if (!env) return undefined;
  const connection = createProducerConnection(redisAddress(env));
  return { connection, prefix: env.QUEUE_PREFIX, ready: readiness(connection) };
}

const redisChecks = ({ prefix, ready }: OpenRedis, source: EnvSource): Check[] => [
  redisCheck(ready),
  keysCheck(parsed(parts.keys, source)?.API_KEYS ?? [], prefix, ready),
];

/** How an upload gets to the program that renders. */
function eventChecks(
  redis: OpenRedis | undefined,
  stores: Stores | undefined,
  { source, eventWaitMs }: ExamineOptions & { readonly source: EnvSource },
): Check[] {
  const env = parsed(parts.events, source);
  const wait = eventWaitMs === undefined ? {} : { waitMs: eventWaitMs };
  if (env?.RENDERER === 'lambda')
    return stores ? [lambdaRendererCheck({ env, stores, ...wait })] : notExamined('Lambda renderer');
  if (!env || !redis || !stores) return notExamined('bucket events');
  const { prefix, ready } = redis;
  return [bucketEventsCheck({ env, stores, prefix, ready, ...wait })];
}

function addressChecks(source: EnvSource, stores: Stores | undefined): Check[] {
  const [addresses, messages] = [parsed(parts.addresses, source), parsed(parts.messages, source)];
  return [
    ...(addresses && stores ? [cdnCheck(addresses, stores)] : notExamined('CDN')),
    ...(addresses
      ? [
          addressCheck('API', 'API_BASE_URL', addresses.API_BASE_URL),
          addressCheck('edge', 'EDGE_BASE_URL', addresses.EDGE_BASE_URL),
        ]
      : notExamined('API', 'edge')),
    ...(messages ? [messagesCheck(messages)] : notExamined('webhooks')),
  ];
}

const storageChecks = (env: z.output<typeof parts.storage>, stores: Stores): Check[] => [
  bucketsCheck(stores),
  accessCheck(stores),
  ...capabilityChecks(env, stores),
];

const notExamined = (...names: readonly string[]): Check[] =>
  names.map((name) => ({
    name,
    run: async () => [skipped('its variables are missing or invalid: see settings')],
  }));

/** Waits for the connection once, for all checks. The reason of a failure is in the connection's own errors. */
function readiness(connection: RedisConnection): () => Promise<RedisConnection> {
  let failure: unknown;
  connection.on('error', (error) => {
    failure = error;
  });
  const isReady = (async () => {
    if (connection.status !== 'ready') await once(connection, 'ready', { signal: AbortSignal.timeout(CONNECT_MS) });
    return connection;
  })().catch(() => {
    throw new Error(failure === undefined ? `no answer within ${CONNECT_MS / 1000} s` : reasonOf(failure));
  });
  // Each check reports it; without a check, it must not end the process.
  isReady.catch(() => {});
  return () => isReady;
}
