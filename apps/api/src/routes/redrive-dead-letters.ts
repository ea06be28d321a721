import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { ErrorCode, type Redriven, redrivenResponse } from '../http/failed-jobs.ts';
import { jsonBody } from '../http/json-body.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const RedriveAll = z.strictObject({ code: ErrorCode, limit: z.int().min(1).max(1000).default(1000) });

const description = describeRoute({
  id: 'redriveDeadLetters',
  tag: 'Operation',
  summary: 'Restart all dead letters with a code, oldest first',
  body: RedriveAll,
  example: { code: 'storage-unavailable', limit: 100 },
  responses: redrivenResponse,
  problems: ['queue-unavailable'],
});

/** POST /v1/dead-letters/redrive: restarts all with a code, with all their attempts. */
export const redriveDeadLetters: ApiRoute = (app, { queue }) => {
  app.post('/v1/dead-letters/redrive', description, async (c) => {
    const { code, limit } = await jsonBody(c, RedriveAll);
    const outcome: z.input<typeof Redriven> = await queue.deadLetters.redriveAll({ limit, code });
    return c.json(outcome, 202);
  });
};
