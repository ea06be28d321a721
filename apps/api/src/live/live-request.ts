import type { Context } from 'hono';
import type { ApiBindings } from '../http/bindings.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import type { FollowRequest } from './live-images.ts';

/**
 * The tenant, the image, and the id to resume after: in the query for browsers' WebSockets, which can't send headers.
 */
export const followRequest = (c: Context<ApiBindings>): FollowRequest => ({
  tenant: c.var.caller.tenant,
  imageId: imageIdParam(c),
  lastEventId: c.req.header('last-event-id') ?? c.req.query('lastEventId'),
});
