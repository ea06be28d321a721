import { etag } from 'hono/etag';
import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound } from '../http/problem.ts';
import { imageIdParam } from '../images/image-id-param.ts';

/** GET /v1/images/{id}: where an image stands, and what there is of it; 304 for who has that already. */
export const getImage: ApiRoute = (app, { records, view }) => {
  app.get('/v1/images/:id', etag({ weak: true }), async (c) => {
    const record = await records.find(c.var.caller.tenant, imageIdParam(c));
    if (!record) throw imageNotFound();
    return c.json(view(record), 200, { 'cache-control': 'private, no-cache' });
  });
};
