import type { HttpBindings } from '@hono/node-server';
import { clientGone } from '@imagemill/http';
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import type { ApiBindings } from '../http/bindings.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import type { FollowRequest } from '../live/live-images.ts';
import { createSseListener } from '../live/sse-listener.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const description = describeRoute({
  id: 'followImage',
  tag: 'Images',
  summary: 'Live events of an image',
  details: [
    'Server-sent events: first `status` with a snapshot, then `status` and `rendition` as they happen, and finally `ready`, `rejected`,',
    '`failed`, `expired` or `deleted`. To resume, send the id of the last event that you received.',
  ].join(' '),
  followToken: 'in-header-or-query',
  headers: z.object({ 'Last-Event-ID': z.string().optional().meta({ description: 'resumes after this event' }) }),
  responses: {
    200: { description: 'The events.', body: z.string(), mediaType: 'text/event-stream', headers: ['Cache-Control'] },
    204: { description: 'You already have the last event: do not reconnect.' },
  },
  problems: ['image-not-found', 'too-many-listeners', 'no-room-to-listen', 'queue-unavailable', 'storage-unavailable'],
});

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would keep events until its buffer is full.
  'x-accel-buffering': 'no',
};

/**
 * GET /v1/images/{id}/events: live events of an image until its end (server-sent events). 204 if the client already has
 * the last event: an EventSource then stops reconnecting.
 */
export const followImage: ApiRoute = (app, { live }) => {
  app.get('/v1/images/:id/events', description, async (c) => {
    const request = followRequest(
      c,
      clientGone(c, () => new Error('The client has disconnected.')),
    );
    // A HEAD gets the headers of a GET; its stream would never be read.
    if (c.req.method === 'HEAD') return c.body(null, 200, headers);
    let leave = () => {};
    const listener = createSseListener({
      byToken: request.byToken,
      onCancel: () => leave(),
      cut: () => outgoingOf(c)?.destroy(),
    });
    const followed = await live.follow(request, listener);
    if (followed === 'nothing-new') return c.body(null, 204);
    leave = followed;
    return c.body(listener.body, 200, headers);
  });
};

/**
 * The tenant, the image, and the id to resume after: in the query for browsers' WebSockets, which can't send headers.
 */
export const followRequest = (c: Context<ApiBindings>, gone: AbortSignal): FollowRequest => ({
  gone,
  tenant: c.var.caller.tenant,
  byToken: c.var.caller.keyId === undefined,
  imageId: imageIdParam(c),
  lastEventId: c.req.header('last-event-id') ?? c.req.query('lastEventId'),
});

/** Undefined if a test calls the app without a server. */
const outgoingOf = (c: Context) => (c.env as Partial<HttpBindings> | undefined)?.outgoing;
