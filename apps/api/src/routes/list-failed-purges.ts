import { FailedPurgePage } from '@imagemill/queue';
import type { ApiRoute } from '../http/api-route.ts';
import { FailedJobsQuery } from '../http/failed-jobs.ts';
import { query } from '../http/validated.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleFailedPurges } from '../openapi/examples.ts';

const description = describeRoute({
  id: 'listFailedPurges',
  tag: 'Operation',
  summary: 'Purges that the CDN did not accept in any attempt, newest first',
  details: 'Copies of these images may still be in the caches of the CDN.',
  query: FailedJobsQuery,
  responses: {
    200: {
      description: 'A page of failed purges.',
      body: FailedPurgePage,
      example: exampleFailedPurges,
      headers: ['Cache-Control'],
    },
  },
  problems: ['queue-unavailable'],
});

/** GET /v1/failed-purges: newest first, paginated. */
export const listFailedPurges: ApiRoute = (app, { failedPurges }) => {
  app.get('/v1/failed-purges', description, async (c) =>
    c.json(await failedPurges.list(query(c, FailedJobsQuery)), 200, { 'cache-control': 'no-store' }),
  );
};
