import type { EnginePool, ImagingEngine } from '@imagemill/imaging';
import { createDeletions, createManifests, createPreviews } from '@imagemill/manifests';
import type { PurgeQueue } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Categories } from '@imagemill/variants';
import type { Backends } from '../backends.ts';
import { createDownload } from '../import/download.ts';
import { createImportOriginal } from '../import/import-original.ts';
import type { Moderator } from '../moderation/moderate.ts';
import { createHeavySlots } from '../slots/heavy-slots.ts';
import { createLargeOriginals } from '../slots/large-originals.ts';
import type { RenderEnv } from './env.ts';
import type { RenderServices } from './render-services.ts';

interface RenderSettings extends RenderEnv {
  readonly MAX_UPLOAD_BYTES: number;
  readonly UPLOAD_GRACE_SECONDS: number;
  /** Images at once. */
  readonly WORKER_CONCURRENCY: number;
}

interface RenderOptions {
  readonly engine: ImagingEngine & Pick<EnginePool, 'laneOf' | 'heavyMax'>;
  readonly categories: Categories;
  readonly logger: Logger;
  readonly duplicates: RenderServices['duplicates'];
  readonly purges?: Pick<PurgeQueue, 'add'> | undefined;
  readonly onEncoded?: RenderServices['onEncoded'];
  readonly moderator?: Moderator | undefined;
}

/** The dependencies of the render handler. */
export function buildRenderServices(
  env: RenderSettings,
  { originals, cdn }: Pick<Backends, 'originals' | 'cdn'>,
  options: RenderOptions,
): RenderServices {
  const manifests = createManifests(originals);
  const halfOfSlots = Math.max(1, Math.floor(env.WORKER_CONCURRENCY / 2));
  return {
    ...options,
    originals,
    cdn,
    manifests,
    previews: createPreviews(originals),
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
    laneOf: options.engine.laneOf,
    // One that waited for the engine would hold a slot for nothing.
    heavySlots: createHeavySlots({ slotsMax: Math.min(halfOfSlots, options.engine.heavyMax) }),
    largeOriginals: createLargeOriginals({ slotsMax: Math.ceil(env.WORKER_CONCURRENCY / 4) }),
    strictContentType: env.STRICT_CONTENT_TYPE,
    uploadGraceMs: env.UPLOAD_GRACE_SECONDS * 1000,
  };
}
