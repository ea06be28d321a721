import type { Context } from 'hono';
import type { ApiBindings } from '../http/bindings.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import type { FollowRequest } from './live-images.ts';

/** Who asks to follow which image, and from where on. A WebSocket of a browser can't send a header, so the query may say it. */
export const followRequest = (c: Context<ApiBindings>): FollowRequest => ({
  tenant: c.var.caller.tenant,
  imageId: imageIdParam(c),
  lastEventId: c.req.header('last-event-id') ?? c.req.query('lastEventId'),
});
