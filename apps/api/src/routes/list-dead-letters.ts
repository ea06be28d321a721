import { DeadLetterPage } from '@imagemill/queue';
import type { ApiRoute } from '../http/api-route.ts';
import { ErrorCode, FailedJobsQuery } from '../http/failed-jobs.ts';
import { query } from '../http/validated.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleDeadLetters } from '../openapi/examples.ts';

const Page = FailedJobsQuery.extend({ code: ErrorCode.optional() });

const description = describeRoute({
  id: 'listDeadLetters',
  tag: 'Operation',
  summary: 'Jobs that failed on our side in every attempt, newest first',
  details:
    'With a code, a page may have fewer than `limit` entries, even none: continue while there is a `nextCursor`.',
  query: Page,
  responses: {
    200: {
      description: 'A page of dead letters.',
      body: DeadLetterPage,
      example: exampleDeadLetters,
      headers: ['Cache-Control'],
    },
  },
  problems: ['queue-unavailable'],
});

/** GET /v1/dead-letters: newest first, paginated. Bad images are never among them: those are rejected. */
export const listDeadLetters: ApiRoute = (app, { queue }) => {
  app.get('/v1/dead-letters', description, async (c) => {
    const page = await queue.deadLetters.list(query(c, Page));
    return c.json(page, 200, { 'cache-control': 'no-store' });
  });
};
