import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimPort, type NodeProcess, startNodeProcess, startRedis, startS3 } from '@imagemill/local-stack';
import { createManifests } from '@imagemill/manifests';
import { createS3Client, createS3Storage, type DirectS3Client, ensureBucket } from '@imagemill/storage';
import { ImageId } from '@imagemill/variants';

const OURS = fileURLToPath(new URL('../../apps/api/src/main.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url));
const FLOOR = fileURLToPath(new URL('./floor.ts', import.meta.url));
const HOST = '127.0.0.1';
/** Limits are checked for every ticket, as in production, but never reached. */
const neverReached = Object.fromEntries(
  ['RATE_LIMIT_TICKETS', 'RATE_LIMIT_READS', 'RATE_LIMIT_CHANGES', 'MAX_UNFINISHED_IMAGES', 'MAX_BACKLOG'].map(
    (name) => [name, '100000000'],
  ),
);

export interface Contender {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Contenders {
  readonly redisUrl: string;
  /** The environment of our programs. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pids: { readonly redis: number; readonly s3: number };
  /** Of both buckets, `originals` and `cdn`. */
  readonly client: DirectS3Client;
  readonly ours: Contender & { readonly pid: number };
  readonly floor: Contender;
  /** Starts one worker process on our contender's queue. */
  startWorker(): Promise<NodeProcess>;
  /** How long the steps of a finished image's job took, in ms; `total` is all of them. */
  timingsOf(imageId: string): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

interface ContendersOptions {
  /** Variables of the programs, in addition. */
  readonly own?: Readonly<Record<string, string>>;
  /** A proxy in front of the storage, for the programs and the sellers. */
  readonly proxy?: (endpoint: string) => Promise<{ readonly endpoint: string; stop(): Promise<void> }>;
}

/** Starts the API as deployed, and the floor: one process each, with their own Redis and S3 server. */
export async function startContenders({ own, proxy }: ContendersOptions = {}): Promise<Contenders> {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-bench-api-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const redis = await startRedis({ dir: join(dir, 'redis') });
    stops.push(redis.stop);
    const keys = { accessKeyId: 'bench', secretAccessKey: randomBytes(16).toString('hex') };
    const s3 = await startS3({ dir, region: 'us-east-1', ...keys });
    stops.push(s3.stop);
    const client = createS3Client({ endpoint: s3.endpoint, region: 'us-east-1', ...keys });
    for (const bucket of ['originals', 'cdn'])
      await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
    stops.push(async () => client.destroy());
    const proxied = await proxy?.(s3.endpoint);
    if (proxied) stops.push(proxied.stop);

    const apiKey = randomBytes(32).toString('hex');
    const env = {
      ...process.env,
      NODE_ENV: 'production',
      HOST,
      REDIS_URL: redis.url,
      S3_ENDPOINT: proxied?.endpoint ?? s3.endpoint,
      S3_REGION: 'us-east-1',
      S3_ACCESS_KEY_ID: keys.accessKeyId,
      S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
      ORIGINALS_BUCKET: 'originals',
      CDN_BUCKET: 'cdn',
      CDN_BASE_URL: 'https://cdn.example.com',
      QUEUE_PREFIX: 'ours',
      API_KEYS: `bench:upload+metrics:${createHash('sha256').update(apiKey).digest('hex')}`,
      FOLLOW_TOKEN_SECRET: randomBytes(32).toString('hex'),
      ...neverReached,
      ...own,
    };
    const start = async (name: string, entry: string) => {
      const port = await claimPort(HOST, 0);
      const options = { name, entry, env: { ...env, PORT: String(port) }, logFile: join(dir, `${name}.log`) };
      const started = await startNodeProcess(options);
      stops.push(started.stop);
      return { url: `http://${HOST}:${port}/v1/images/upload-url`, pid: started.pid };
    };
    const ours = { ...(await start('ours', OURS)), headers: { authorization: `Bearer ${apiKey}` } };
    const floor = { ...(await start('floor', FLOOR)), headers: {} };
    const startWorker = () =>
      startNodeProcess({ name: 'worker', entry: WORKER, env, logFile: join(dir, 'worker.log') });
    const pids = { redis: redis.pid, s3: s3.pid };
    const timingsOf = readTimings(client);
    return { redisUrl: redis.url, env, pids, client, ours, floor, startWorker, timingsOf, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readTimings(client: DirectS3Client): Contenders['timingsOf'] {
  const manifests = createManifests(createS3Storage({ client, bucket: 'originals' }));
  return async (imageId) => {
    const manifest = (await manifests.read(ImageId.parse(imageId)))?.manifest;
    if (manifest?.status !== 'ready') throw new Error(`${imageId} is not ready.`);
    return manifest.timingsMs;
  };
}
