import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimPort, startNodeProcess, startRedis, startS3 } from '@imagemill/local-stack';
import { createS3Client, createS3Storage, ensureBucket } from '@imagemill/storage';
import { startNginxFilter } from './nginx-filter.ts';
import { variantSets } from './settings.ts';

const EDGE = fileURLToPath(new URL('../../apps/edge/src/main.ts', import.meta.url));
const FLOOR = fileURLToPath(new URL('./floor.ts', import.meta.url));
const HIT_FLOOR = fileURLToPath(new URL('./hit-floor.ts', import.meta.url));
const IPX = fileURLToPath(new URL('./ipx-server.ts', import.meta.url));
const HOST = '127.0.0.1';
const QUEUE_PREFIX = 'bench';

export interface Contender {
  readonly url: string;
  readonly pid: number;
}

export interface EdgeContender extends Contender {
  readonly metricsUrl: string;
  stop(): Promise<unknown>;
}

export type Stage = Awaited<ReturnType<typeof startStage>>;

/** Redis, S3 and the contenders' processes; edges are started by their own settings. */
export async function startStage() {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-bench-edge-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const redis = await startRedis({ dir: join(dir, 'redis') });
    stops.push(redis.stop);
    const { env, storageOf } = await startStorage(dir, stops);
    const setsFile = join(dir, 'sets.json');
    await writeFile(setsFile, JSON.stringify(variantSets));
    const signingKey = { kid: 'bench', secret: randomBytes(32) };
    const shared = {
      ...process.env,
      ...env,
      NODE_ENV: 'production',
      LOG_LEVEL: 'error',
      REDIS_URL: redis.url,
      QUEUE_PREFIX,
      CDN_BASE_URL: 'https://cdn.example.com',
      VARIANT_SETS_FILE: setsFile,
      METRICS_HOST: HOST,
      EDGE_SIGNING_KEYS: `${signingKey.kid}:bench:${signingKey.secret.toString('hex')}`,
    };
    const start = async (name: string, entry: string, set: Record<string, string> = {}) => {
      const port = await claimPort(HOST, 0);
      const own = { ...shared, PORT: String(port), EDGE_HOST: HOST, EDGE_PORT: String(port), ...set };
      const started = await startNodeProcess({ name, entry, env: own, logFile: join(dir, `${name}.log`) });
      stops.push(started.stop);
      return { url: `http://${HOST}:${port}`, pid: started.pid, stop: started.stop };
    };
    const startEdge = async (name: string, set: Record<string, string> = {}): Promise<EdgeContender> => {
      const METRICS_PORT = String(await claimPort(HOST, 0));
      const started = await start(name, EDGE, { ...set, METRICS_PORT });
      return { ...started, metricsUrl: `http://${HOST}:${METRICS_PORT}/metrics` };
    };
    const startPeers = async (sourcePath: string) => {
      const sourcesDir = dirname(sourcePath);
      const filterDir = join(dir, 'nginx');
      await mkdir(filterDir);
      const nginx = await startNginxFilter({ dir: filterDir, port: await claimPort(HOST, 0), sourcesDir });
      if (nginx) stops.push(nginx.stop);
      return { floor: await start('floor', FLOOR), ipx: await start('ipx', IPX, { SOURCES_DIR: sourcesDir }), nginx };
    };
    const startHitFloor = (hit: string, bytes: number) =>
      start('hit-floor', HIT_FLOOR, { HIT: hit, HIT_BYTES: String(bytes) });
    const stores = { redisUrl: redis.url, queuePrefix: QUEUE_PREFIX, setsFile, signingKey };
    return { ...stores, originals: storageOf('originals'), startEdge, startPeers, startHitFloor, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startStorage(dir: string, stops: (() => Promise<unknown>)[]) {
  const region = 'us-east-1';
  const keys = { accessKeyId: 'bench', secretAccessKey: randomBytes(16).toString('hex') };
  const s3 = await startS3({ dir, region, ...keys });
  stops.push(s3.stop);
  const client = createS3Client({ endpoint: s3.endpoint, region, ...keys });
  stops.push(async () => client.destroy());
  for (const bucket of ['originals', 'cdn'])
    await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  const env = {
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: region,
    ORIGINALS_BUCKET: 'originals',
    CDN_BUCKET: 'cdn',
    S3_ACCESS_KEY_ID: keys.accessKeyId,
    S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  return { env, storageOf: (bucket: string) => createS3Storage({ client, bucket }) };
}
