import type { Logger } from '@imagemill/service';
import type { RequestIdVariables } from 'hono/request-id';

/** Variables that the middleware of this package sets for handlers. */
export interface HttpBindings {
  Variables: RequestIdVariables & { logger: Logger };
}
