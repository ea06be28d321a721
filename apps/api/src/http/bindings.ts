import type { Logger } from '@imagemill/service';
import type { RequestIdVariables } from 'hono/request-id';
import type { Caller } from '../auth/authenticator.ts';

/** Variables that middleware sets for handlers. */
export interface ApiBindings {
  Variables: RequestIdVariables & {
    logger: Logger;
    caller: Caller;
    /** The whole body, read within its limits; not set for GET and HEAD. */
    body: Buffer;
  };
}
