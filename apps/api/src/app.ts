import type { Logger } from '@imagemill/service';
import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import type { Authenticator } from './auth/api-keys.ts';
import type { ApiServices } from './http/api-route.ts';
import { authenticate } from './http/authenticate.ts';
import type { ApiBindings } from './http/bindings.ts';
import { errorHandler, notFound } from './http/error-handler.ts';
import { limitBody } from './http/json-body.ts';
import { requestLog } from './http/request-log.ts';
import { completeUpload } from './routes/complete-upload.ts';
import { getImage } from './routes/get-image.ts';
import { health } from './routes/health.ts';
import { requestUpload } from './routes/request-upload.ts';

const sellerRoutes = [requestUpload, completeUpload, getImage];

/** The API as a Hono app; nothing in it reads the environment or opens a connection. */
export function createApp(services: ApiServices, authenticator: Authenticator, logger: Logger): Hono<ApiBindings> {
  const app = new Hono<ApiBindings>();
  app.use(requestId({ limitLength: 128 }));
  app.use(requestLog(logger));
  app.onError(errorHandler);
  app.notFound(notFound);

  health(app, services);
  app.use('/v1/images/*', authenticate(authenticator, 'upload'), limitBody);
  for (const route of sellerRoutes) route(app, services);
  return app;
}
