import type { HttpBindings } from '@imagemill/http';
import type { Caller } from '../auth/authenticator.ts';

/** Variables that middleware sets for handlers. */
export interface ApiBindings {
  Variables: HttpBindings['Variables'] & {
    caller: Caller;
    /** Set when the request has had its turn. */
    hasTurn: true;
    /** The whole body, read within its limits; not set for GET and HEAD. */
    body: Buffer;
  };
}
