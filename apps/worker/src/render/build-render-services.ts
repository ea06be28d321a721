import { availableParallelism } from 'node:os';
import { createImagingEngine, type ImagingEngine } from '@imagemill/imaging';
import { createDeletions, createManifests } from '@imagemill/manifests';
import type { Logger } from '@imagemill/service';
import type { Categories } from '@imagemill/variants';
import type { Backends } from '../backends.ts';
import type { WorkerEnv } from '../env.ts';
import { createDownload } from '../import/download.ts';
import { createImportOriginal } from '../import/import-original.ts';
import type { RenderServices } from './render-image.ts';

interface RenderOptions {
  readonly engine: ImagingEngine;
  readonly categories: Categories;
  readonly logger: Logger;
}

/** The dependencies of the render handler. */
export function buildRenderServices(
  env: WorkerEnv,
  { originals, cdn }: Pick<Backends, 'originals' | 'cdn'>,
  options: RenderOptions,
): RenderServices {
  const manifests = createManifests(originals);
  return {
    ...options,
    ...{ originals, cdn, manifests },
    deletions: createDeletions(originals, manifests),
    importOriginal: createImportOriginal({
      originals,
      download: createDownload({
        allowPrivate: env.IMPORT_ALLOW_PRIVATE,
        bytesMax: env.MAX_UPLOAD_BYTES,
        timeoutMs: env.IMPORT_TIMEOUT_SECONDS * 1000,
      }),
      slotsMax: Math.ceil(env.WORKER_CONCURRENCY / 2),
    }),
    strictContentType: env.STRICT_CONTENT_TYPE,
    uploadGraceMs: env.UPLOAD_GRACE_SECONDS * 1000,
  };
}

export function buildEngine(env: WorkerEnv, logger: Logger): Promise<ImagingEngine> {
  const encodeConcurrency = env.ENCODE_CONCURRENCY ?? availableParallelism();
  // Encodes, DNS lookups and file reads share these threads. With too few, encodes wait while cores are idle.
  if (env.UV_THREADPOOL_SIZE < encodeConcurrency + 4) {
    logger.warn({ encodeConcurrency, threads: env.UV_THREADPOOL_SIZE }, 'UV_THREADPOOL_SIZE is too small');
  }
  return createImagingEngine({
    encodeConcurrency,
    limits: {
      bytesMax: env.MAX_UPLOAD_BYTES,
      pixelsMax: env.MAX_SOURCE_PIXELS,
      sideMax: env.MAX_SOURCE_SIDE,
      framesMax: env.MAX_SOURCE_FRAMES,
      timeoutMs: env.RENDER_TIMEOUT_MS,
    },
  });
}
