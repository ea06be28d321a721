import {
  buildRenditionUrls,
  createHeldImages,
  createImageEnds,
  createImageRecords,
  createImageView,
  createListImages,
} from '@imagemill/images';
import { createDeletions, createManifests, createPreviews } from '@imagemill/manifests';
import {
  createEventProbes,
  createImageIndex,
  createPurgeQueue,
  createQueueViews,
  createReaderConnection,
  createRenderQueue,
  createTenantMemory,
  createWebhookQueue,
  redisAddress,
} from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Categories } from '@imagemill/variants';
import { createFollowTokens } from './auth/follow-tokens.ts';
import type { Backends } from './backends.ts';
import { createQueueFigures } from './backlog/queue-figures.ts';
import { createBoardSessions } from './board/board-sessions.ts';
import { createReportUploads } from './bucket-events/report-uploads.ts';
import { consolePage } from './console/console-page.ts';
import type { ApiEnv } from './env.ts';
import type { ApiServices, ApiSettings } from './http/api-route.ts';
import { type BodyRoom, createBodyRoom } from './http/body-room.ts';
import type { RefusalDelay } from './http/delay-refusals.ts';
import { createRequestTurns, type RequestTurns } from './http/request-turns.ts';
import { createLimits } from './limits/create-limits.ts';
import { createRequestLimits } from './limits/request-limits.ts';
import type { ImageStateSources } from './live/image-state.ts';
import type { LiveObserver } from './live/listener.ts';
import type { LiveTimes } from './live/members.ts';
import { startLive } from './live/start-live.ts';
import { lambdaAsRenderer, workersAsRenderer } from './serverless/renderer.ts';
import { watchOriginals } from './tickets/originals-watch.ts';

interface ServiceOptions {
  readonly categories: Categories;
  readonly logger: Logger;
  readonly liveObserver: LiveObserver;
  readonly liveTimes?: Partial<LiveTimes> | undefined;
  readonly bodyRoom?: BodyRoom | undefined;
  readonly requestTurns?: RequestTurns | undefined;
  readonly refusalDelay?: RefusalDelay | undefined;
}

/** All services of the routes. Starts reading live changes; `live.close` ends that. */
export async function buildServices(env: ApiEnv, backends: Backends, options: ServiceOptions) {
  const { originals, cdn, connection } = backends;
  const { categories, logger, requestTurns = createRequestTurns() } = options;
  const prefix = env.QUEUE_PREFIX;
  const renderer = rendererOf(env, backends);
  const { queue } = renderer;
  const settings = settingsOf(env, renderer);
  const manifests = createManifests(originals);
  const records = createImageRecords({ queue, manifests, originals, categories });
  const renditionUrls = buildRenditionUrls(env, categories);
  const view = createImageView({ categories, urls: renditionUrls });
  const index = createImageIndex(connection, prefix);
  const eventProbes = createEventProbes(connection, prefix);
  const sources = { records, view, ends: createImageEnds({ queue, manifests }) };
  const liveTimes = { ...renderer.liveTimes, ...options.liveTimes };
  const live = liveOf(env, sources, { ...options, requestTurns, liveTimes });
  return {
    categories,
    originals,
    cdn,
    queue,
    manifests,
    records,
    renditionUrls,
    view,
    index,
    live,
    settings,
    metadataOf: renderer.metadataOf,
    queueFigures: createQueueFigures(queue),
    tenantMemory: createTenantMemory(connection, prefix, categories),
    originalsWatch: watchOriginals(originals),
    webhooks: createWebhookQueue({ connection, prefix }),
    failedPurges: createPurgeQueue({ connection, prefix }).failed,
    deletions: createDeletions(originals, manifests),
    heldImages: createHeldImages({ manifests, previews: createPreviews(originals), queue, records }),
    reportUploads: createReportUploads({ bucket: originals.bucket, queue, eventProbes, logger }),
    listImages: listingOf({ index, queue, records, categories, unknownAfterMs: renderer.unknownAfterMs }, logger),
    bodyRoom: options.bodyRoom ?? createBodyRoom(),
    requestTurns,
    refusalDelay: options.refusalDelay ?? {},
    limits: createLimits({ connection, prefix, queue }, { ...limitsOf(env), ...renderer.limits }),
    requestLimits: createRequestLimits({ connection, prefix }, requestLimitsOf(env)),
    followTokens: env.FOLLOW_TOKEN_SECRET && createFollowTokens(env.FOLLOW_TOKEN_SECRET, env.FOLLOW_TOKEN_TTL_SECONDS),
    board: boardOf(env, backends),
    console: await consoleOf(env, { ...settings, originals, categories }),
  } satisfies ApiServices;
}

const liveOf = (
  env: ApiEnv,
  sources: ImageStateSources,
  {
    categories,
    logger,
    requestTurns,
    liveObserver,
    liveTimes,
  }: ServiceOptions & { readonly requestTurns: RequestTurns },
) =>
  startLive({
    connection: createReaderConnection(redisAddress(env)),
    prefix: env.QUEUE_PREFIX,
    categories,
    logger,
    sources,
    limits: listenerLimitsOf(env),
    isShared: requestTurns.isShared,
    observer: liveObserver,
    times: liveTimes ?? {},
  });

function rendererOf(env: ApiEnv, { connection, renderMessages }: Backends) {
  const jobs = createRenderQueue({ connection, prefix: env.QUEUE_PREFIX, weights: env.TENANT_WEIGHTS });
  return renderMessages ? lambdaAsRenderer(jobs, renderMessages) : workersAsRenderer(jobs, env.MAX_UNFINISHED_IMAGES);
}

type ListedParts = Omit<Parameters<typeof createListImages>[0], 'onUnreadable'>;

const listingOf = (parts: ListedParts, logger: Logger) =>
  createListImages({
    ...parts,
    onUnreadable: (imageId, err) => logger.error({ err, imageId }, 'unreadable image left out of a listing'),
  });

const boardOf = ({ BOARD_SESSION_SECRET: secret, QUEUE_PREFIX: prefix }: ApiEnv, { connection }: Backends) =>
  secret && { sessions: createBoardSessions(secret), queues: createQueueViews({ connection, prefix }) };

type PageOptions = Pick<Parameters<typeof consolePage>[0], 'apiBaseUrl' | 'imageBaseUrls' | 'originals' | 'categories'>;

const consoleOf = async (env: ApiEnv, options: PageOptions) =>
  env.CONSOLE_DIR === undefined
    ? undefined
    : consolePage({
        ...options,
        dir: env.CONSOLE_DIR,
        edgeBaseUrl: env.EDGE_BASE_URL ?? env.CDN_BASE_URL,
        signingKeys: env.EDGE_SIGNING_KEYS,
      });

const settingsOf = (env: ApiEnv, { takesParts }: { readonly takesParts: boolean }): ApiSettings => ({
  apiBaseUrl: env.API_BASE_URL.replace(/\/+$/, ''),
  imageBaseUrls: [env.CDN_BASE_URL, ...(env.EDGE_BASE_URL === undefined ? [] : [env.EDGE_BASE_URL])],
  maxUploadBytes: env.MAX_UPLOAD_BYTES,
  uploadUrlTtlSeconds: env.UPLOAD_URL_TTL_SECONDS,
  uploadCheckDelayMs: env.UPLOAD_CHECK_DELAY_MS,
  multipartThreshold: takesParts ? env.MULTIPART_THRESHOLD : Number.POSITIVE_INFINITY,
  multipartTtlSeconds: env.MULTIPART_TTL_SECONDS,
  corsOrigins: env.API_CORS_ORIGINS,
});

const listenerLimitsOf = (env: ApiEnv) => ({
  listenersMax: env.MAX_LISTENERS,
  listenersPerTenantMax: env.MAX_LISTENERS_PER_TENANT,
  listenersPerImageMax: env.MAX_LISTENERS_PER_IMAGE,
  listenersPerTokenMax: env.MAX_LISTENERS_PER_TOKEN,
});

const limitsOf = (env: ApiEnv) => ({
  tickets: env.RATE_LIMIT_TICKETS,
  windowSeconds: env.RATE_LIMIT_WINDOW_SECONDS,
  rejectionsMax: env.MAX_REJECTIONS_IN_A_ROW,
  maxBacklog: env.MAX_BACKLOG,
  maxBacklogSeconds: env.MAX_BACKLOG_SECONDS,
});

const requestLimitsOf = (env: ApiEnv) => ({
  reads: env.RATE_LIMIT_READS,
  changes: env.RATE_LIMIT_CHANGES,
  windowSeconds: env.RATE_LIMIT_WINDOW_SECONDS,
  deletionsPerDay: env.MAX_DELETIONS_PER_DAY,
  listenersPerTokenMax: env.MAX_LISTENERS_PER_TOKEN,
});
