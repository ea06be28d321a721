import * as http from '@imagemill/http';
import type { Context } from 'hono';
import { clientDisconnected } from './picture-problems.ts';

/** Aborted when the client disconnects before its response ends. */
export const clientGone = (c: Context): AbortSignal => http.clientGone(c, clientDisconnected);
