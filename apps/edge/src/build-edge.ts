import { listen, requestMetrics, watchRefusals } from '@imagemill/http';
import { defaultProcesses, heavyImagesMax } from '@imagemill/imaging';
import { createManifests } from '@imagemill/manifests';
import { createRenderQueue as createJobQueue, followPurges, type RecentPurges } from '@imagemill/queue';
import { buildEngine, capabilities, decodeWatermarks, type EngineOptions, engineLimits } from '@imagemill/rendering';
import { type Logger, parseJsonFile, StartUpError, startMetricsServer } from '@imagemill/service';
import { type Categories, loadVariantSets, missingSigningKeys } from '@imagemill/variants';
import { createApp } from './app.ts';
import type { Backends } from './backends.ts';
import type { EdgeEnv } from './env.ts';
import { createFindImage, type Finding, type ImageSources } from './find/find-image.ts';
import { limitLookUps } from './find/limit-look-ups.ts';
import { type Findings, rememberFindings } from './find/remember-findings.ts';
import { shareLookUps } from './find/share-look-ups.ts';
import { tookTooLong } from './http/picture-problems.ts';
import { createEdgeMetrics } from './metrics/edge-metrics.ts';
import { createMissLimit } from './miss/limit-misses.ts';
import { createRenderLock } from './miss/render-lock.ts';
import { createSingleFlight } from './miss/single-flight.ts';
import { createUnrenderableKeys } from './miss/unrenderable-keys.ts';
import { createVerifyPrivate } from './private/verify-private.ts';
import { createLazyEngine, type EdgeEngine } from './render/lazy-engine.ts';
import { createRenderQueue } from './render/render-queue.ts';
import type { Fetched } from './serve/get-picture.ts';
import { createStoredPictures } from './serve/stored-pictures.ts';
import { createAllowSize } from './sizes/allowed-size.ts';
import { createLimitSizes } from './sizes/limit-sizes.ts';

const MIB = 1024 * 1024;
/** Misses that wait for another process, beside those in the render queue. */
const OTHER_MISSES_MAX = 500;
/** Concurrent look-ups of images that were found lately, and as many of others. */
const LOOK_UPS_MAX = 500;

type EdgeOptions = Omit<EngineOptions, 'memoryMb' | 'heldBytes' | 'watermarks'> & {
  /** Replaces the engine processes, for tests that share one engine. */
  readonly engine?: EdgeEngine;
};

/** One process of the edge. Requests can be given to `app` at once; `listen` opens its ports. */
export async function buildEdge(env: EdgeEnv, backends: Backends, options: EdgeOptions) {
  const { logger, registry } = options;
  const { categories, watermarks } = await openVariantSets(env);
  const engine =
    options.engine ?? (await openEngine(env, { ...options, watermarks: await decodeWatermarks(watermarks) }));
  const recentPurges = openRecentPurges(env, backends, logger);
  const services = buildServices(env, backends, { categories, engine, recentPurges, registry });
  const app = createApp(services, appOptions(env, backends, options));
  let closePorts = async () => {};

  return {
    app,
    services,
    /** @returns the port. @throws Error naming the port if it is in use */
    async listen(): Promise<number> {
      const metricsServer = await startMetricsServer(env, registry);
      const server = await listen(app.fetch, {
        hostname: env.EDGE_HOST,
        port: env.EDGE_PORT,
        setting: 'EDGE_PORT',
        limits: { connectionsMax: env.EDGE_MAX_CONNECTIONS },
        onRefused: watchRefusals(registry, logger),
      });
      closePorts = async () => {
        await server.close(env.SHUTDOWN_GRACE_MS);
        await metricsServer?.close();
      };
      logger.info({ address: server.address, metricsPort: metricsServer?.port }, 'listening');
      return server.address.port;
    },
    /** Finishes requests in flight within SHUTDOWN_GRACE_MS. Also closes the backends. */
    async close(): Promise<void> {
      await closePorts();
      await Promise.all([engine.close(), recentPurges.close()]);
      backends.close();
    },
  };
}

interface EdgeParts extends Pick<EdgeOptions, 'registry'> {
  readonly categories: Categories;
  readonly engine: EdgeEngine;
  readonly recentPurges: RecentPurges;
}

function buildServices(env: EdgeEnv, backends: Backends, parts: EdgeParts) {
  const { originals, cdn, connection } = backends;
  const { categories, engine, recentPurges, registry } = parts;
  const manifests = createManifests(originals);
  const jobs = createJobQueue({ connection, prefix: env.QUEUE_PREFIX });
  const findings = openFindings(env, { manifests, queue: jobs, originals });
  const pictures = createStoredPictures(cdn, env.EDGE_CACHE_MB * MIB);
  const tenantShare = env.EDGE_TENANT_SHARE_PERCENT / 100;
  const queue = createRenderQueue({
    engine,
    waitingMax: env.EDGE_QUEUE_MAX,
    tenantShare,
  });
  const metrics = createEdgeMetrics(registry, () => ({ queue, pictures }));
  const lock = createRenderLock(connection, env.QUEUE_PREFIX);
  return {
    categories,
    pictures,
    recentPurges,
    findImage: findings.find,
    flights: createSingleFlight<Fetched>(flightTimes(env)),
    limitMisses: createMissLimit(missesMax(env), tenantShare),
    miss: {
      originals,
      cdn,
      manifests,
      pictures,
      engine,
      queue,
      lock,
      unrenderable: createUnrenderableKeys(),
      onRendered: metrics.rendered,
      noteFinding: findings.note,
    },
    freshness: { maxAgeS: env.EDGE_MAX_AGE_SECONDS, staleS: env.EDGE_STALE_SECONDS },
    sizes: {
      allowSize: createAllowSize(env.EDGE_SIGNING_KEYS, env.EDGE_OPEN_SIZES),
      limitSizes: createLimitSizes(cdn, env.EDGE_SIZES_MAX),
      steps: env.EDGE_SIZE_STEPS,
    },
    verifyPrivate: createVerifyPrivate(env.EDGE_SIGNING_KEYS),
    onDelivered: metrics.delivered,
  };
}

const appOptions = (env: EdgeEnv, backends: Backends, { logger, registry }: EdgeOptions) => ({
  probes: { ...backends, ...capabilities(env) },
  logger,
  trustsTraceparent: env.EDGE_TRUST_TRACEPARENT,
  observers: [requestMetrics(registry)],
});

/** @throws StartUpError if the file is not valid, or private categories have no signing key */
async function openVariantSets(env: EdgeEnv) {
  const sets = await parseJsonFile(env.VARIANT_SETS_FILE, loadVariantSets);
  const problem = missingSigningKeys(sets.categories, env.EDGE_SIGNING_KEYS);
  if (problem !== undefined) throw new StartUpError('Private images cannot be served:', [problem]);
  return sets;
}

function openFindings(env: EdgeEnv, sources: ImageSources): Findings {
  const flights = createSingleFlight<Finding>(flightTimes(env));
  return rememberFindings(shareLookUps(limitLookUps(createFindImage(sources), LOOK_UPS_MAX), flights));
}

const openRecentPurges = ({ QUEUE_PREFIX: prefix }: EdgeEnv, { purgeReader: connection }: Backends, logger: Logger) =>
  followPurges({
    connection,
    prefix,
    onError: (err) => logger.warn({ err }, 'cannot read which images were purged: pictures come from the bucket'),
  });

const processesMax = (env: EdgeEnv) => env.ENGINE_PROCESSES ?? defaultProcesses(env.ENCODE_CONCURRENCY);
const missesMax = (env: EdgeEnv) => env.EDGE_QUEUE_MAX + OTHER_MISSES_MAX;
const flightTimes = (env: EdgeEnv) => ({
  timeoutMs: env.EDGE_REQUEST_TIMEOUT_MS,
  timeoutError: tookTooLong,
});

/** @throws Error if the first engine process does not start, unless it starts later */
async function openEngine(env: EdgeEnv, options: Omit<EngineOptions, 'memoryMb' | 'heldBytes'>): Promise<EdgeEngine> {
  const size = processesMax(env);
  // One original for each process that the engine may have. How many fit into the rest of the memory, the engine decides.
  const heldBytes = env.EDGE_CACHE_MB * MIB + size * env.MAX_UPLOAD_BYTES;
  const start = () => buildEngine(env, { ...options, memoryMb: env.EDGE_MEMORY_MB, heldBytes });
  if (!env.EDGE_LAZY_ENGINE) return start();
  return createLazyEngine(engineLimits(env), { size, heavyMax: heavyImagesMax(size) }, start);
}
