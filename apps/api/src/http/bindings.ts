import type { Logger } from '@imagemill/service';
import type { RequestIdVariables } from 'hono/request-id';
import type { Caller } from '../auth/authenticator.ts';

/** Variables that middleware sets for handlers. */
export interface ApiBindings {
  Variables: RequestIdVariables & {
    logger: Logger;
    caller: Caller;
    /** Set after the first limit on the body was applied. */
    bodyIsLimited?: true;
  };
}
