import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimPort, startS3, WORKER_NICE } from '@imagemill/local-stack';
import {
  type FailoverRedis,
  type FaultProxy,
  startFailoverRedis,
  startFaultProxy,
} from '@imagemill/local-stack/test-support';
import { prefixes } from '@imagemill/variants';
import { runProgram } from '../../test-support/run-program.ts';
import { type ChaosRedis, startChaosRedis } from './chaos-redis.ts';
import { type DeliveryPlan, startEventRelay } from './event-relay.ts';
import { type Supervised, supervise } from './supervised.ts';

const entry = (path: string) => fileURLToPath(new URL(`../../../apps/${path}`, import.meta.url));

export interface ChaosStackOptions {
  /** Defaults to 2. */
  readonly workers?: number;
  /** Defaults to none. */
  readonly edges?: number;
  /** Additional environment variables of all processes. */
  readonly env?: (dir: string) => Readonly<Record<string, string>>;
  /** Additional environment variables of the workers. */
  readonly workerEnv?: (dir: string) => Readonly<Record<string, string>>;
  /** Called before anything starts. */
  readonly prepare?: (dir: string) => Promise<void>;
  /** Puts a proxy that injects faults between the storage and imagemill with its uploaders. */
  readonly storageProxy?: boolean;
  /** All processes use two Redis servers under sentinels, instead of the single one. */
  readonly failsOver?: boolean;
  /** Keeps the default limits of a tenant; otherwise most of them are off. */
  readonly limitsTenants?: boolean;
}

/** Time limit of a request for a picture that an edge must render. */
export const EDGE_LIMIT_MS = 10_000;

interface Edge extends Supervised {
  readonly url: string;
}

/** imagemill with its own Redis and S3 server. Processes that end are restarted. */
export interface ChaosStack {
  readonly dir: string;
  readonly logs: string;
  readonly apiUrl: string;
  readonly uploadKey: string;
  readonly adminKey: string;
  /** An upload key of another tenant. */
  readonly otherKey: string;
  readonly redis: ChaosRedis;
  readonly failover: FailoverRedis | undefined;
  /** The storage itself, without the proxy. */
  readonly s3: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly s3Pid: number;
  readonly storageProxy: FaultProxy | undefined;
  readonly api: Supervised;
  readonly workers: readonly Supervised[];
  readonly edges: readonly Edge[];
  /** Runs the command-line program in the workers' environment. */
  runCommand(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  close(): Promise<void>;
}

export const buckets = { originals: 'chaos-originals', cdn: 'chaos-cdn' };

export async function startChaosStack(
  dir: string,
  options: ChaosStackOptions,
  deliveryPlan: DeliveryPlan,
): Promise<ChaosStack> {
  const logs = join(dir, 'logs');
  await mkdir(logs, { recursive: true });
  await options.prepare?.(dir);
  const parts: { stop(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of parts.toReversed()) await part.stop();
  };
  try {
    const apiPort = await claimPort('127.0.0.1', 0);
    const addresses = { dir, logs, apiUrl: `http://127.0.0.1:${apiPort}`, ...newKeys() };
    const backends = await startBackends(addresses, options, deliveryPlan, parts);
    const limits = options.limitsTenants ? {} : withoutLimits;
    const env = { ...appEnv({ apiPort, ...addresses, ...backends }), ...limits, ...options.env?.(dir) };
    const setup = await runProgram([entry('api/src/setup.ts')], env);
    if (setup.code !== 0) throw new Error(`The buckets could not be created: ${setup.stderr}`);
    const api = supervise({ name: 'api', entry: entry('api/src/main.ts'), env, logs });
    parts.push({ stop: api.close });
    const workerEnv = { ...env, ...options.workerEnv?.(dir) };
    const workers = Array.from({ length: options.workers ?? 2 }, (_, index) =>
      supervise({
        name: `worker-${index + 1}`,
        entry: entry('worker/src/main.ts'),
        env: workerEnv,
        logs,
        nice: WORKER_NICE,
      }),
    );
    parts.push({ stop: async () => void (await Promise.all(workers.map((worker) => worker.close()))) });
    const edges = await startEdges(options.edges ?? 0, env, logs);
    parts.push({ stop: async () => void (await Promise.all(edges.map((edge) => edge.close()))) });
    await Promise.all([api, ...workers, ...edges].map((app) => app.up()));
    const runCommand = (...args: string[]) => runProgram([entry('cli/imagemill.mjs'), ...args], env);
    return { ...addresses, ...backends, api, workers, edges, runCommand, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const startEdges = (count: number, env: NodeJS.ProcessEnv, logs: string): Promise<Edge[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const port = await claimPort('127.0.0.1', 0);
      const own = {
        EDGE_HOST: '127.0.0.1',
        EDGE_PORT: String(port),
        EDGE_REQUEST_TIMEOUT_MS: String(EDGE_LIMIT_MS),
        ENGINE_PROCESSES: '1',
      };
      const edge = supervise({
        name: `edge-${index + 1}`,
        entry: entry('edge/src/main.ts'),
        env: { ...env, ...own },
        logs,
      });
      return Object.defineProperties(
        { url: `http://127.0.0.1:${port}` },
        Object.getOwnPropertyDescriptors(edge),
      ) as Edge;
    }),
  );

const newKey = () => randomBytes(20).toString('hex');
const newKeys = () => ({ uploadKey: newKey(), adminKey: newKey(), otherKey: newKey() });

async function startBackends(
  { dir, apiUrl, adminKey }: { dir: string; apiUrl: string; adminKey: string },
  options: ChaosStackOptions,
  deliveryPlan: DeliveryPlan,
  parts: { stop(): Promise<void> }[],
): Promise<Pick<ChaosStack, 'redis' | 'failover' | 's3' | 's3Pid' | 'storageProxy'>> {
  const redis = await startChaosRedis(dir);
  parts.push(redis);
  const failover = options.failsOver ? await startFailoverRedis(join(dir, 'failover')) : undefined;
  if (failover) parts.push(failover);
  const relay = await startEventRelay({ url: `${apiUrl}/v1/events/s3`, token: adminKey }, deliveryPlan);
  parts.push({ stop: relay.close });
  const credentials = { accessKeyId: 'CHAOSACCESSKEY', secretAccessKey: newKey() };
  const s3 = await startS3({
    dir,
    ...credentials,
    events: { url: relay.url, token: 'relay', keyPrefix: prefixes.originals },
  });
  parts.push(s3);
  const storageProxy = options.storageProxy ? await startFaultProxy(s3.endpoint) : undefined;
  if (storageProxy) parts.push(storageProxy);
  return { redis, failover, s3: { endpoint: s3.endpoint, ...credentials }, s3Pid: s3.pid, storageProxy };
}

/** One tenant is the load of a whole marketplace. */
const withoutLimits = {
  MAX_UNFINISHED_IMAGES: '0',
  MAX_REJECTIONS_IN_A_ROW: '0',
  RATE_LIMIT_READS: '0',
  RATE_LIMIT_CHANGES: '0',
};

function appEnv(from: {
  apiPort: number;
  apiUrl: string;
  uploadKey: string;
  adminKey: string;
  otherKey: string;
  redis: ChaosRedis;
  failover: FailoverRedis | undefined;
  s3: ChaosStack['s3'];
  storageProxy: FaultProxy | undefined;
}): NodeJS.ProcessEnv {
  const keyEntry = (tenant: string, key: string, scopes: string) =>
    `${tenant}:${scopes}:${createHash('sha256').update(key).digest('hex')}`;
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    // Most faults start workers again and again, and the start of an engine process costs half a second of CPU.
    ENGINE_PROCESSES: '2',
    // Only this level logs when a worker takes a job.
    LOG_LEVEL: 'debug',
    // A process that is killed repeatedly spends most of its time starting.
    NODE_COMPILE_CACHE: join(tmpdir(), 'imagemill-chaos-compile-cache'),
    HOST: '127.0.0.1',
    PORT: String(from.apiPort),
    API_BASE_URL: from.apiUrl,
    API_KEYS: [
      keyEntry('chaos', from.uploadKey, 'upload'),
      keyEntry('chaos', from.adminKey, 'admin+storage'),
      keyEntry('other', from.otherKey, 'upload'),
    ].join(','),
    FOLLOW_TOKEN_SECRET: randomBytes(32).toString('hex'),
    REDIS_URL: from.redis.url,
    ...from.failover?.env,
    QUEUE_PREFIX: 'chaos',
    S3_ENDPOINT: from.storageProxy?.endpoint ?? from.s3.endpoint,
    S3_ACCESS_KEY_ID: from.s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: from.s3.secretAccessKey,
    ORIGINALS_BUCKET: buckets.originals,
    CDN_BUCKET: buckets.cdn,
    // Shoppers read directly from the storage: its objects must be correct whatever happens to our processes.
    CDN_BASE_URL: `${from.s3.endpoint}/${buckets.cdn}`,
  };
}
