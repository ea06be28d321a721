import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { type Redriven, redrivenResponse } from '../http/failed-jobs.ts';
import { jsonBody } from '../http/json-body.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const RedriveAll = z.strictObject({ limit: z.int().min(1).max(1000) });

const description = describeRoute({
  id: 'redriveFailedPurges',
  tag: 'Operation',
  summary: 'Repeat failed purges, oldest first',
  body: RedriveAll,
  example: { limit: 1000 },
  responses: redrivenResponse,
  problems: ['queue-unavailable'],
});

/** POST /v1/failed-purges/redrive: repeats up to a number of them, with all their attempts. */
export const redriveFailedPurges: ApiRoute = (app, { failedPurges }) => {
  app.post('/v1/failed-purges/redrive', description, async (c) => {
    const { limit } = await jsonBody(c, RedriveAll);
    const outcome: z.input<typeof Redriven> = await failedPurges.redriveAll({ limit });
    return c.json(outcome, 202);
  });
};
