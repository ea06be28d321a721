import { type HttpBindings, upgradeWebSocket } from '@hono/node-server';
import { AppError } from '@imagemill/errors';
import { isUpgrade, Problem } from '@imagemill/http';
import type { MiddlewareHandler } from 'hono';
import type { WebSocket } from 'ws';
import type { ApiRoute, ApiSettings } from '../http/api-route.ts';
import type { ApiBindings } from '../http/bindings.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { createWsListener } from '../live/ws-listener.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { followRequest } from './follow-image.ts';

const TRY_AGAIN_LATER = 1013;

const description = describeRoute({
  id: 'followImageByWebSocket',
  tag: 'Images',
  summary: 'The same events over a WebSocket',
  details: 'Each event is one JSON message: `{event, id, data}`. `?lastEventId=` resumes after an event.',
  followToken: 'in-header-or-query',
  responses: { 101: { description: 'Switches to the WebSocket protocol.' } },
  problems: ['image-not-found', 'upgrade-required', 'origin-not-allowed', 'queue-unavailable', 'storage-unavailable'],
});

/** GET /v1/images/{id}/ws: the events of `/events` over a WebSocket, one JSON message each: `{event, id, data}`. */
export const followImageWs: ApiRoute = (app, { live, records, settings }) => {
  const upgrade = upgradeWebSocket(async (c) => {
    const closed = new AbortController();
    const request = followRequest(c, closed.signal);
    // After the upgrade there is no status code left to send.
    if (!(await records.find(request.tenant, request.imageId))) throw imageNotFound();
    return {
      async onOpen(_event, { raw }) {
        const socket = raw as WebSocket;
        let leave = () => {};
        socket.on('close', () => {
          closed.abort();
          leave();
        });
        try {
          const followed = await live.follow(request, createWsListener(socket, request));
          if (followed === 'nothing-new') socket.close(1000, 'ended');
          else leave = followed;
          if (closed.signal.aborted) leave();
        } catch (error) {
          // The image was deleted since the check, the limit is reached, or Redis is unavailable. A reconnect gets the
          // status code.
          const code =
            error instanceof Problem ? error.options.code : error instanceof AppError ? error.code : 'internal-error';
          socket.close(TRY_AGAIN_LATER, code);
        }
      },
    };
  });
  app.get('/v1/images/:id/ws', description, onlyWebSockets, onlyFrom(settings), upgrade);
};

const onlyWebSockets: MiddlewareHandler<ApiBindings> = async (c, next) => {
  if (isUpgrade(c.req.raw, c.env as Partial<HttpBindings> | undefined)) return next();
  const headers = { upgrade: 'websocket', connection: 'Upgrade' };
  throw new Problem({
    status: 426,
    code: 'upgrade-required',
    detail: 'This address accepts WebSocket connections only.',
    headers,
  });
};

/** Browsers let any page open a WebSocket to any site, but send its `Origin`. Other clients send none. */
const onlyFrom =
  ({ corsOrigins, apiBaseUrl }: ApiSettings): MiddlewareHandler<ApiBindings> =>
  async (c, next) => {
    const origin = c.req.header('origin');
    const allowed = [...corsOrigins, new URL(apiBaseUrl).origin];
    const isOpen = corsOrigins.length === 0 || corsOrigins.includes('*');
    if (isOpen || origin === undefined || allowed.includes(origin)) return next();
    throw new Problem({ status: 403, code: 'origin-not-allowed', detail: `Pages of ${origin} may not connect here.` });
  };
