import { buildEngine, decodeWatermarks } from '@imagemill/rendering';
import { createLogger, parseJsonFile } from '@imagemill/service';
import { bucketsOf, createS3Client, createS3Storage, s3Settings } from '@imagemill/storage';
import { loadVariantSets } from '@imagemill/variants';
import { Registry } from 'prom-client';
import { buildModerator } from '../moderation/build-moderator.ts';
import { createPurgeMetrics } from '../purge/purge-metrics.ts';
import { purgeTargets, sendToAll } from '../purge/purge-targets.ts';
import { buildRenderServices } from '../render/build-render-services.ts';
import { createRenderImage } from '../render/render-image.ts';
import { createDirectPurges } from './direct-purges.ts';
import type { LambdaEnv } from './env.ts';
import { createHandleBatch, type HandleBatch } from './handle-batch.ts';
import { openQueue } from './open-queue.ts';
import { createRetryLater } from './retry-later.ts';

/** Images are rendered one after the other: more at once are more environments of the function. */
const ONE_IMAGE = { WORKER_CONCURRENCY: 1, UPLOAD_GRACE_SECONDS: 0 };
const PURGE_TIMEOUT_MS = 20_000;
/** An image has one engine process at a time, and one that is about to end must not keep the next image waiting. */
const ENGINE_PROCESSES = 2;

/**
 * The renderer of one environment of the Lambda function: the render function of the workers, without Redis.
 *
 * @param folder of the bundle
 * @throws StartUpError; Error if the engine does not start
 */
export async function buildRenderer(settings: LambdaEnv, folder: string): Promise<HandleBatch> {
  const env = { ...settings, ...ONE_IMAGE, ENGINE_PROCESSES: settings.ENGINE_PROCESSES ?? ENGINE_PROCESSES };
  const logger = createLogger('lambda', env.LOG_LEVEL);
  // No process reads them: CloudWatch has the function's figures.
  const registry = new Registry();
  const { categories, watermarks: files } = await parseJsonFile(env.VARIANT_SETS_FILE, loadVariantSets);
  const storage = openStorage(env);
  const engine = await buildEngine(env, {
    logger,
    registry,
    bundleFolder: folder,
    watermarks: await decodeWatermarks(files),
    // The runtime's Node may load its libraries from there.
    environment: pick(process.env, ['LD_LIBRARY_PATH']),
    memoryMb: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    heldBytes: env.MAX_UPLOAD_BYTES,
  });
  const targets = purgeTargets(env, categories);
  const services = buildRenderServices(env, storage, {
    engine,
    categories,
    logger,
    moderator: buildModerator(env, storage, { engine, categories, logger, registry }),
    // The index of fingerprints is in Redis.
    duplicates: { of: async () => undefined, withhold: async () => {}, forget: async () => {} },
    purges:
      targets.length > 0
        ? createDirectPurges(sendToAll(targets, createPurgeMetrics(registry, targets)), PURGE_TIMEOUT_MS)
        : undefined,
  });
  return createHandleBatch({
    render: createRenderImage(services),
    retryLater: createRetryLater({ client: openQueue(env.RENDER_QUEUE_URL), queueUrl: env.RENDER_QUEUE_URL, logger }),
    bucket: env.ORIGINALS_BUCKET,
    imageMs: env.IMAGE_WALL_MS,
    logger,
  });
}

function openStorage(env: LambdaEnv) {
  const client = createS3Client({ ...s3Settings(env), maxAttempts: 3, requestTimeoutMs: 20_000 });
  const signingClient = createS3Client({ ...s3Settings(env), endpoint: env.S3_PUBLIC_ENDPOINT ?? env.S3_ENDPOINT });
  const buckets = bucketsOf(env);
  return {
    originals: createS3Storage({ client, signingClient, ...buckets.originals }),
    cdn: createS3Storage({ client, ...buckets.cdn }),
  };
}

const pick = (source: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]])));
