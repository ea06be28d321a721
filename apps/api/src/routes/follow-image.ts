import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { followRequest } from '../live/live-request.ts';
import { createSseListener } from '../live/sse-listener.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const description = describeRoute({
  id: 'followImage',
  tag: 'Images',
  summary: 'What happens to an image, as it happens',
  details: [
    'Server-sent events: first `status` with a snapshot, then `status` and `rendition` as they come, and a last `ready`, `rejected`,',
    '`failed`, `expired` or `deleted`. Whoever comes back with the id of the last event that it has goes on from there.',
  ].join(' '),
  followToken: 'in-header-or-query',
  headers: z.object({ 'Last-Event-ID': z.string().optional().meta({ description: 'goes on after this event' }) }),
  answers: {
    200: { what: 'The events.', body: z.string(), mediaType: 'text/event-stream', headers: ['Cache-Control'] },
    204: { what: 'You have its end already: do not come again.' },
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
 * GET /v1/images/{id}/events: what happens to an image, as it happens, until its end (server-sent events). 204 for whoever
 * has its end already: an EventSource stops asking then.
 */
export const followImage: ApiRoute = (app, { live }) => {
  app.get('/v1/images/:id/events', description, async (c) => {
    const request = followRequest(c);
    // A HEAD gets the headers of a GET; nobody would ever read its stream.
    if (c.req.method === 'HEAD') return c.body(null, 200, headers);
    let leave = () => {};
    const listener = createSseListener({ onCancel: () => leave(), cut: () => outgoingOf(c)?.destroy() });
    const followed = await live.follow(request, listener);
    if (followed === 'nothing-new') return c.body(null, 204);
    leave = followed;
    return c.body(listener.body, 200, headers);
  });
};

/** None where a test calls the app without a server. */
const outgoingOf = (c: Context) => (c.env as Partial<HttpBindings> | undefined)?.outgoing;
