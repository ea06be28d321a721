import type { ApiRoute } from '../http/api-route.ts';
import { changeFailedPurge, purgeParams } from '../http/failed-purge.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const description = describeRoute({
  id: 'discardFailedPurge',
  tag: 'Operation',
  summary: 'Discard a failed purge, for example after a purge by hand',
  params: purgeParams,
  responses: { 204: { description: 'The purge is discarded.' } },
  problems: ['purge-not-found', 'queue-unavailable'],
});

/** DELETE /v1/failed-purges/{id} */
export const discardFailedPurge: ApiRoute = (app, { failedPurges }) => {
  app.delete('/v1/failed-purges/:id', description, async (c) => {
    await changeFailedPurge(c, failedPurges.discard);
    return c.body(null, 204);
  });
};
