import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type DecodeOptions, type Detector, heavyImagesMax } from '@imagemill/imaging';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { addRedisUser } from '@imagemill/local-stack/test-support';
import { createDeletions, createManifests } from '@imagemill/manifests';
import { createProducerConnection, createPurgeQueue, createRenderQueue, redisUserRules } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { createLogger, type Logger, parseEnv } from '@imagemill/service';
import { createS3Client, ensureBucket, type ObjectStorage } from '@imagemill/storage';
import { type CategorySpec, ImageId, loadCategories, originalKey, renditionKey, Tenant } from '@imagemill/variants';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, inject, vi } from 'vitest';
import { openBackends } from '../backends.ts';
import { buildEdge } from '../build-edge.ts';
import { type EdgeEnv, edgeEnv } from '../env.ts';
import type { EnginePlaces } from '../render/lazy-engine.ts';

/** Finds no faces: the rules of an edge need an answer, not a model. */
const noFaces: Detector = { detect: async () => [] };
const inProcess = await createImagingEngine({ detector: noFaces });
export const photo = await readFile(new URL('../../../../examples/photos/avatar.jpg', import.meta.url));
const categories = await loadCategories();
export const avatar = categories.get('avatar') as CategorySpec;

export type EdgeHarness = Awaited<ReturnType<typeof createEdgeHarness>>;

interface HarnessOptions {
  readonly env?: Partial<EdgeEnv>;
  readonly redisUrl?: string;
  readonly detector?: Detector;
  /** Of the engine; by default, as many as the settings ask for. */
  readonly places?: EnginePlaces;
  readonly logger?: Logger;
  /** Another harness, whose queue and bucket this one shares, as a second process of the edge does. */
  readonly beside?: EdgeHarness;
  /** Wraps the buckets, to watch or disturb calls. */
  readonly wrap?: (storage: ObjectStorage) => ObjectStorage;
}

/** A harness for the whole file: opened before its tests, closed after them, empty until then. */
export function useEdge(options: HarnessOptions = {}): EdgeHarness {
  const edge = {} as EdgeHarness;
  beforeAll(async () => {
    Object.assign(edge, await createEdgeHarness(options));
  });
  afterAll(() => edge.close());
  return edge;
}

/** The edge in this process, with an engine in this process, as its user of the run's real Redis, on its S3 server. */
export async function createEdgeHarness(options: HarnessOptions = {}) {
  const { beside, wrap = (storage) => storage, detector, logger = createLogger('edge', 'silent') } = options;
  const env = await asRedisUser(testEnv(options), options);
  const { s3, redisUrl } = inject('servers');
  if (!beside) await makeBucket(env.CDN_BUCKET);
  const opened = openBackends(env, createLogger('edge', 'silent'));
  const calls: string[] = [];
  const watched = (storage: ObjectStorage) => watchCalls(wrap(storage), calls);
  const backends = { ...opened, originals: watched(opened.originals), cdn: watched(opened.cdn) };
  // That of an API, which adds jobs.
  const producer = createProducerConnection(options.redisUrl ?? redisUrl);
  producer.on('error', () => {});
  if (!options.redisUrl)
    await vi.waitUntil(() => [backends.connection, producer].every(({ status }) => status === 'ready'));
  const engine = detector ? await createImagingEngine({ detector }) : inProcess;
  const limits = { ...engine.limits, bytesMax: env.MAX_UPLOAD_BYTES };
  const edge = await buildEdge(env, backends, {
    logger,
    registry: new Registry(),
    engine: { ...engine, ...placesOf(env, options), limits, close: async () => {} },
  });
  if (!options.redisUrl) await vi.waitUntil(() => !edge.services.recentPurges.mayHave(ImageId.parse(randomId())));
  const manifests = createManifests(opened.originals);
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    edge.app.request(path, { method, headers });
  return {
    app: edge.app,
    services: edge.services,
    listen: edge.listen,
    async close() {
      producer.disconnect();
      await edge.close();
    },
    env,
    s3,
    calls,
    manifests,
    connection: backends.connection,
    purgeReader: backends.purgeReader,
    storage: opened.cdn,
    deletions: createDeletions(opened.originals, manifests),
    queue: createRenderQueue({ connection: producer, prefix: env.QUEUE_PREFIX }),
    purges: createPurgeQueue({ connection: producer, prefix: env.QUEUE_PREFIX }),
    get,
    /** The response from memory, for a stored picture. On a busy machine, an edge may be without news of purges: then it reads the bucket. */
    async getHeld(path: string) {
      let response = await get(path);
      await vi.waitUntil(async () => {
        response = await get(path);
        return response.headers.get('cache-status') === 'imagemill; hit; detail=memory';
      });
      return response;
    },
  };
}

function testEnv({ env, redisUrl, beside }: HarnessOptions): EdgeEnv {
  const servers = inject('servers');
  const bucket = beside?.env.CDN_BUCKET ?? `edge-${randomUUID()}`;
  const parsed = parseEnv(edgeEnv, {
    REDIS_URL: redisUrl ?? servers.redisUrl,
    QUEUE_PREFIX: beside?.env.QUEUE_PREFIX ?? `edge-${randomUUID().slice(0, 8)}`,
    S3_ENDPOINT: servers.s3.endpoint,
    S3_REGION: servers.s3.region,
    S3_ACCESS_KEY_ID: servers.s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: servers.s3.secretAccessKey,
    ORIGINALS_BUCKET: bucket,
    CDN_BUCKET: bucket,
    CDN_BASE_URL: 'http://cdn.test',
    EDGE_HOST: '127.0.0.1',
    EDGE_PORT: '0',
    ENGINE_PROCESSES: '2',
  });
  return { ...parsed, ...env };
}

function placesOf({ ENGINE_PROCESSES: size = 2 }: EdgeEnv, { places }: HarnessOptions): EnginePlaces {
  return places ?? { size, heavyMax: heavyImagesMax(size) };
}

/** A Redis of the caller's own has no users. */
async function asRedisUser(env: EdgeEnv, { redisUrl }: HarnessOptions): Promise<EdgeEnv> {
  if (redisUrl) return env;
  return { ...env, REDIS_URL: await addRedisUser(env.REDIS_URL, redisUserRules('edge', env.QUEUE_PREFIX)) };
}

async function makeBucket(bucket: string): Promise<void> {
  const client = createS3Client({ ...inject('servers').s3, maxAttempts: 1, requestTimeoutMs: 60_000 });
  await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  client.destroy();
}

/** Records `method key` of each call; of a listing, its prefix. */
function watchCalls(storage: ObjectStorage, calls: string[]): ObjectStorage {
  const watch = <Args extends [unknown, ...unknown[]], R>(name: string, call: (...args: Args) => R) => {
    return (...args: Args) => {
      const [first] = args;
      const { key, prefix } = first as { readonly key?: string; readonly prefix?: string };
      calls.push(`${name} ${typeof first === 'string' ? first : (key ?? prefix)}`);
      return call(...args);
    };
  };
  return {
    ...storage,
    head: watch('head', storage.head),
    open: watch('open', storage.open),
    put: watch('put', storage.put),
    delete: watch('delete', storage.delete),
    list: watch('list', storage.list),
  };
}

const HOUR_MS = 3600_000;

/** A seller's image, as its ticket describes it. */
export function newImage(change: Partial<RenderImage> = {}): RenderImage {
  const address = {
    tenant: Tenant.parse('acme'),
    category: 'avatar',
    imageId: ImageId.parse(randomId()),
    contentType: 'image/jpeg' as const,
  };
  return {
    ...address,
    originalKey: originalKey(address),
    metadata: {},
    createdAt: new Date().toISOString(),
    uploadExpiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
    ...change,
  };
}

const randomId = () => randomUUID().replace(/^(.{14})./, '$17');

/** The path of a planned rendition. */
export const pathOf = ({ imageId }: Pick<RenderImage, 'imageId'>, file = 'small.webp', revision = avatar.revision) => {
  const [variant = '', format = ''] = file.split('.');
  return `/${renditionKey({ imageId, revision, visibility: 'public', variant, format: format as 'webp' })}`;
};

/** Issues the image's ticket and uploads its original; nothing reports the upload. */
export async function upload(edge: EdgeHarness, image: RenderImage, body: Uint8Array = photo): Promise<void> {
  await edge.queue.add(image, HOUR_MS);
  await edge.storage.put({ key: image.originalKey, body, contentType: image.contentType, cacheControl: 'private' });
}

/** The bytes that a worker makes: the engine renders the whole set. */
export async function workersBytes(
  file: string,
  body: Uint8Array = photo,
  options: Pick<DecodeOptions, 'enhance'> = {},
): Promise<Uint8Array | undefined> {
  const { set } = avatar;
  const picture = await inProcess.decode(body, await inProcess.inspect(body, { set }), set, options);
  const renditions = await Array.fromAsync(picture.render());
  return renditions.find(({ variant }) => `${variant.name}.${variant.format}` === file)?.data;
}
