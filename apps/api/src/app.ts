import { errorHandler, notFound, requestLog, requestSpans } from '@imagemill/http';
import type { Logger } from '@imagemill/service';
import { Hono, type MiddlewareHandler } from 'hono';
import { requestId } from 'hono/request-id';
import type { Authenticator } from './auth/authenticator.ts';
import { serveBoard } from './board/serve-board.ts';
import { serveConsole } from './console/serve-console.ts';
import type { ApiRoute, ApiServices } from './http/api-route.ts';
import { admitFollowers, authenticate } from './http/authenticate.ts';
import type { ApiBindings } from './http/bindings.ts';
import { browserHeaders } from './http/browser-headers.ts';
import { delayRefusals } from './http/delay-refusals.ts';
import { limitBody } from './http/limit-body.ts';
import { inTurn } from './http/request-turns.ts';
import { limitRequests } from './limits/limit-requests.ts';
import type { Area } from './openapi/operation.ts';
import { changeImage } from './routes/change-image.ts';
import { completeUpload } from './routes/complete-upload.ts';
import { deleteImage } from './routes/delete-image.ts';
import { discardDeadLetter } from './routes/discard-dead-letter.ts';
import { discardFailedPurge } from './routes/discard-failed-purge.ts';
import { documentation } from './routes/documentation.ts';
import { followImage } from './routes/follow-image.ts';
import { followImageWs } from './routes/follow-image-ws.ts';
import { getBacklog } from './routes/get-backlog.ts';
import { getImage } from './routes/get-image.ts';
import { getReport } from './routes/get-report.ts';
import { getTenantMemory } from './routes/get-tenant-memory.ts';
import { health } from './routes/health.ts';
import { importImage } from './routes/import-image.ts';
import { listDeadLetters } from './routes/list-dead-letters.ts';
import { listFailedPurges } from './routes/list-failed-purges.ts';
import { listHeldImages } from './routes/list-held-images.ts';
import { listImages } from './routes/list-images.ts';
import { listParts } from './routes/list-parts.ts';
import { listWebhookDeliveries } from './routes/list-webhook-deliveries.ts';
import { receiveBucketEvent } from './routes/receive-bucket-event.ts';
import { redriveDeadLetter } from './routes/redrive-dead-letter.ts';
import { redriveDeadLetters } from './routes/redrive-dead-letters.ts';
import { redriveFailedPurge } from './routes/redrive-failed-purge.ts';
import { redriveFailedPurges } from './routes/redrive-failed-purges.ts';
import { rejectImage } from './routes/reject-image.ts';
import { releaseImage } from './routes/release-image.ts';
import { replayWebhookDelivery } from './routes/replay-webhook-delivery.ts';
import { reprocessImage } from './routes/reprocess-image.ts';
import { requestUpload } from './routes/request-upload.ts';
import { requestUploads } from './routes/request-uploads.ts';
import { signParts } from './routes/sign-parts.ts';
import { signSize } from './routes/sign-size.ts';
import { startBoardSession } from './routes/start-board-session.ts';

const KIB = 1024;

interface RoutesOfArea extends Area {
  readonly routes: readonly ApiRoute[];
}

/**
 * Paths that accept a follow token. Browsers cannot send headers to the live paths, so these accept it in the query as
 * well.
 */
const FOLLOWED_PATHS = ['/v1/images/:id', '/v1/images/:id/report'];
const LIVE_PATHS = ['/v1/images/:id/events', '/v1/images/:id/ws'];

/** The scope that a path requires: the first area that matches it applies. Routes outside all areas need no key. */
export const areas: readonly RoutesOfArea[] = [
  { path: '/v1/images/upload-urls', scope: 'upload', bodyBytesMax: 1024 * KIB, routes: [requestUploads] },
  { path: '/v1/images/:id/release', scope: 'moderate', bodyBytesMax: KIB, routes: [releaseImage] },
  { path: '/v1/images/:id/reject', scope: 'moderate', bodyBytesMax: 4 * KIB, routes: [rejectImage] },
  { path: '/v1/held-images', scope: 'moderate', bodyBytesMax: KIB, routes: [listHeldImages] },
  {
    path: '/v1/images/*',
    scope: 'upload',
    bodyBytesMax: 64 * KIB,
    routes: [
      requestUpload,
      signParts,
      listParts,
      completeUpload,
      importImage,
      listImages,
      getImage,
      getReport,
      signSize,
      reprocessImage,
      changeImage,
      deleteImage,
      followImage,
      followImageWs,
    ],
  },
  { path: '/v1/events/*', scope: 'storage', bodyBytesMax: 1024 * KIB, routes: [receiveBucketEvent] },
  {
    path: '/v1/dead-letters/*',
    scope: 'admin',
    bodyBytesMax: KIB,
    routes: [listDeadLetters, redriveDeadLetters, redriveDeadLetter, discardDeadLetter],
  },
  {
    path: '/v1/failed-purges/*',
    scope: 'admin',
    bodyBytesMax: KIB,
    routes: [listFailedPurges, redriveFailedPurges, redriveFailedPurge, discardFailedPurge],
  },
  {
    path: '/v1/webhook-deliveries/*',
    scope: 'admin',
    bodyBytesMax: KIB,
    routes: [listWebhookDeliveries, replayWebhookDelivery],
  },
  { path: '/v1/backlog', scope: 'metrics', bodyBytesMax: KIB, routes: [getBacklog] },
  { path: '/v1/tenant-memory', scope: 'admin', bodyBytesMax: KIB, routes: [getTenantMemory] },
  { path: '/v1/board-sessions', scope: 'admin', bodyBytesMax: KIB, routes: [startBoardSession] },
];

/** The API as a Hono app; nothing in it reads the environment or opens a connection. */
export function createApp(
  services: ApiServices,
  authenticator: Authenticator,
  logger: Logger,
  ...observers: readonly MiddlewareHandler<ApiBindings>[]
): Hono<ApiBindings> {
  const app = new Hono<ApiBindings>();
  app.use(
    delayRefusals(services.refusalDelay),
    requestId({ limitLength: 128 }),
    ...requestSpans({ continuesCallers: true }),
  );
  app.use(
    requestLog<ApiBindings>(logger, (c) => ({ tenant: c.var.caller?.tenant, keyId: c.var.caller?.keyId })),
    ...observers,
    ...browserHeaders(services.settings),
  );
  app.onError(errorHandler);
  app.notFound(notFound);

  health(app, services);
  if (services.console) serveConsole(app, services.console);
  if (services.board) serveBoard(app, services.board);
  if (services.followTokens) {
    for (const path of FOLLOWED_PATHS) app.use(path, admitFollowers(services.followTokens));
    for (const path of LIVE_PATHS) app.use(path, admitFollowers(services.followTokens, { inQuery: true }));
  }
  for (const { path, scope, bodyBytesMax, routes } of areas) {
    app.use(path, authenticate(authenticator, scope), inTurn(services.requestTurns));
    if (scope === 'upload') app.use(path, limitRequests(services.requestLimits));
    app.use(path, limitBody(bodyBytesMax, services.bodyRoom));
    for (const route of routes) route(app, services);
  }
  documentation(app, { areas, apiBaseUrl: services.settings.apiBaseUrl });
  return app;
}
