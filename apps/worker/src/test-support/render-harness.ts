import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createImagingEngine, type ImagingEngine } from '@imagemill/imaging';
import { createDeletions, createManifests } from '@imagemill/manifests';
import type { RenderImage, RenderProgress } from '@imagemill/queue';
import { createLogger } from '@imagemill/service';
import { createS3Client, createS3Storage, ensureBucket, type ObjectStorage, type PutObject } from '@imagemill/storage';
import { ImageId, loadCategories, originalKey, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { inject } from 'vitest';
import type { ImportOriginal } from '../import/import-original.ts';
import { createRenderImage, type RenderServices } from '../render/render-image.ts';

const { s3 } = inject('servers');
export const client = createS3Client({ ...s3, maxAttempts: 1 });
export const bucket = `worker-${randomUUID()}`;
export const storage = createS3Storage({ client, bucket });
export const engine = await createImagingEngine();
export const photo = await readFile(new URL('../../../../examples/photos/avatar.jpg', import.meta.url));

/** Makes the file's own bucket; to be awaited before its first test. */
export const makeBucket = () => ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });

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

/** A job whose upload in parts was begun. */
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
}

const categories = await loadCategories();
const manifests = createManifests(storage);

/** The real handler on the run's S3 server, with what is to be different. */
export function renderHandler(change: Partial<RenderServices> = {}) {
  return createRenderImage({
    originals: storage,
    cdn: storage,
    manifests,
    deletions: createDeletions(storage, manifests),
    engine,
    categories,
    cdnBaseUrl: 'http://cdn.test',
    strictContentType: false,
    uploadGraceMs: 60_000,
    importOriginal: async () => ({ outcome: 'imported', facts: undefined }),
    logger: createLogger('worker', 'silent'),
    ...change,
  });
}

/** Runs the handler as the queue would; tells its result, its progress and every object that it put, in order. */
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
  const originals = watched(storage);
  const manifests = createManifests(originals);
  const handle = renderHandler({
    originals,
    cdn: watched(cdn),
    manifests,
    deletions: createDeletions(originals, manifests),
    engine: options.engine ?? engine,
    categories: await loadCategories(ownSets),
    strictContentType: options.strictContentType ?? false,
    ...(options.importOriginal && { importOriginal: options.importOriginal }),
  });
  const context = {
    attemptsMade: options.attemptsMade ?? 0,
    isLastAttempt: options.isLastAttempt ?? false,
    signal: signal ?? new AbortController().signal,
    reportProgress: async (step: RenderProgress) => void progress.push(structuredClone(step)),
  };
  const result = handle(image, context);
  return { result, puts, progress };
}

export const manifestOf = async (image: RenderImage) => (await createManifests(storage).read(image.imageId))?.manifest;
