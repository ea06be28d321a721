import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { weakEtag } from '../http/weak-etag.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { shownTo } from '../images/shown-to.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';

const description = describeRoute({
  id: 'getImage',
  tag: 'Images',
  summary: 'The status of an image and its renditions',
  followToken: 'in-header',
  conditional: true,
  responses: { 200: { description: 'The status of the image.', body: ImageAnswer, headers: ['Cache-Control'] } },
  problems: ['image-not-found', 'queue-unavailable', 'storage-unavailable'],
});

/** A 304 keeps the CORS headers and the request's id. */
const ifChanged = etag({
  retainedHeaders: [
    ...RETAINED_304_HEADERS,
    ...['access-control-allow-origin', 'access-control-expose-headers', 'x-request-id'],
  ],
});

/** GET /v1/images/{id}: the status of an image and its renditions; 304 if the client already has it. */
export const getImage: ApiRoute = (app, { records, view }) => {
  app.get('/v1/images/:id', description, ifChanged, async (c) => {
    const record = await records.find(c.var.caller.tenant, imageIdParam(c));
    if (!record) throw imageNotFound();
    const body = JSON.stringify(shownTo(c.var.caller, view(record)));
    // The middleware keeps it. Its own would take a copy of the response, and another thread for the hash.
    const headers = { 'content-type': 'application/json', 'cache-control': 'private, no-cache', etag: weakEtag(body) };
    return c.body(body, 200, headers);
  });
};
