import type { Logger } from '@imagemill/service';
import type { RequestIdVariables } from 'hono/request-id';
import type { Caller } from '../auth/authenticator.ts';

/** What middleware leaves for handlers. */
export interface ApiBindings {
  Variables: RequestIdVariables & {
    logger: Logger;
    caller: Caller;
    /** Set where a limit on the body was looked at. */
    bodyIsLimited?: true;
  };
}
