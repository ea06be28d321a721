import { randomUUID } from 'node:crypto';
import type { ImagingEngine } from '@imagemill/imaging';
import { createImagingEngine } from '@imagemill/imaging/in-process';
import { cornerPicture } from '@imagemill/imaging/test-support';
import { createManifests } from '@imagemill/manifests';
import { createFingerprints, createProducerConnection } from '@imagemill/queue';
import type { RenderImage, RenderProgress } from '@imagemill/records';
import { createLogger, parseEnv } from '@imagemill/service';
import { createS3Client, createS3Storage, ensureBucket, type ObjectStorage, type PutObject } from '@imagemill/storage';
import { ImageId, loadCategories, originalKey, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { inject, vi } from 'vitest';
import { createDuplicates } from '../duplicates/duplicates.ts';
import { workerEnv } from '../env.ts';
import type { ImportOriginal } from '../import/import-original.ts';
import { buildRenderServices } from '../render/build-render-services.ts';
import { createRenderImage } from '../render/render-image.ts';
import type { RenderServices } from '../render/render-services.ts';

const { redisUrl, s3 } = inject('servers');
export const client = createS3Client({ ...s3, maxAttempts: 1 });
export const bucket = `worker-${randomUUID()}`;
export const storage = createS3Storage({ client, bucket });
export const engine = await createImagingEngine();
/** Small: most tests render it, and none looks at it. */
export const photo = await cornerPicture(16, 16).jpeg().toBuffer();

/** The cheapest set of one entry. */
export const only = { name: 'only', width: 8, height: 8, fit: 'cover', format: 'webp', quality: 80 };

/** Shared by the files of a process, and closed with it. */
const redis = createProducerConnection(redisUrl);
const logger = createLogger('worker', 'silent');
const fingerprints = createFingerprints(redis, `worker-${randomUUID().slice(0, 8)}`);
const duplicates = createDuplicates(fingerprints, logger);

/** Creates the test file's bucket. Await it before the first test. */
export async function makeBucket(): Promise<void> {
  await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  await vi.waitUntil(() => redis.status === 'ready');
}

const HOUR_MS = 3600_000;

export function job(change: Partial<RenderImage> = {}, category = 'avatar'): RenderImage {
  const address = {
    tenant: Tenant.parse('acme'),
    category,
    imageId: change.imageId ?? ImageId.parse(uuidv7()),
    contentType: 'image/jpeg' as const,
  };
  return {
    ...address,
    originalKey: originalKey(address),
    filename: 'me.jpg',
    metadata: { sku: 'A-17' },
    createdAt: new Date().toISOString(),
    uploadExpiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
    ...change,
  };
}

/** A job with a multipart upload in progress. */
export async function jobInParts(change: Partial<RenderImage> = {}) {
  const image = job(change);
  const { originalKey: key, contentType } = image;
  const uploadId = await storage.multipart.create({ key, contentType, cacheControl: 'private', metadata: {} });
  const multipart = { uploadId, partSize: 8 * 1024 * 1024, contentLength: 10 * 1024 * 1024 };
  return { image: { ...image, multipart }, parts: () => storage.multipart.parts({ key, uploadId }) };
}

export const store = (image: RenderImage, body: Uint8Array = photo) =>
  storage.put({ key: image.originalKey, body, contentType: image.contentType, cacheControl: 'private' });

interface RunOptions {
  readonly cdn?: ObjectStorage;
  readonly ownSets?: unknown;
  readonly signal?: AbortSignal;
  readonly engine?: ImagingEngine;
  readonly attemptsMade?: number;
  readonly isLastAttempt?: boolean;
  readonly importOriginal?: ImportOriginal;
  readonly strictContentType?: boolean;
  readonly purges?: RenderServices['purges'];
  /** Each report of progress waits for it. */
  readonly beforeReport?: () => Promise<void>;
  readonly moderator?: RenderServices['moderator'];
  readonly duplicates?: RenderServices['duplicates'];
}

const categories = await loadCategories();
const env = parseEnv(workerEnv, {
  REDIS_URL: redisUrl,
  S3_ENDPOINT: s3.endpoint,
  ORIGINALS_BUCKET: bucket,
  CDN_BUCKET: bucket,
  CDN_BASE_URL: 'http://cdn.test',
  UPLOAD_GRACE_SECONDS: '60',
  IMPORT_ALLOW_PRIVATE: 'true',
});

/** The real handler on the test run's S3 server, with some services replaced. */
export function renderHandler(change: Partial<RenderServices> = {}) {
  const { originals = storage, cdn = storage } = change;
  return createRenderImage({
    ...buildRenderServices(
      env,
      { originals, cdn },
      { engine: { ...engine, laneOf: () => 'light', heavyMax: 1 }, categories, duplicates, logger },
    ),
    ...change,
  });
}

/** Runs the handler as the queue does. Returns its result, its progress and the keys that it wrote, in order. */
export async function run(image: RenderImage, options: RunOptions = {}) {
  const { cdn = storage, ownSets, signal } = options;
  const puts: string[] = [];
  const progress: RenderProgress[] = [];
  const watched = (inner: ObjectStorage): ObjectStorage => ({
    ...inner,
    put: async (object: PutObject, options) => {
      const outcome = await inner.put(object, options);
      puts.push(object.key);
      return outcome;
    },
  });
  const handle = renderHandler({
    originals: watched(storage),
    cdn: watched(cdn),
    engine: options.engine ?? engine,
    categories: await loadCategories(ownSets),
    strictContentType: options.strictContentType ?? false,
    ...(options.purges && { purges: options.purges }),
    ...(options.moderator && { moderator: options.moderator }),
    ...(options.duplicates && { duplicates: options.duplicates }),
    ...(options.importOriginal && { importOriginal: options.importOriginal }),
  });
  const context = {
    attemptsMade: options.attemptsMade ?? 0,
    isLastAttempt: options.isLastAttempt ?? false,
    signal: signal ?? new AbortController().signal,
    reportProgress: async (step: RenderProgress) => {
      await options.beforeReport?.();
      progress.push(structuredClone(step));
    },
  };
  const result = handle(image, context);
  return { result, puts, progress };
}

export const manifestOf = async (image: RenderImage) => (await createManifests(storage).read(image.imageId))?.manifest;
