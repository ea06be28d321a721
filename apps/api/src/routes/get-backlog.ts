import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleBacklog } from '../openapi/examples.ts';

/** Numbers of jobs, unless the name has a unit; see `Figures`. */
export const BacklogView = z.object({
  backlog: z.int(),
  waiting: z.int(),
  active: z.int(),
  delayedDue: z.int(),
  looksDue: z.int(),
  messagesDue: z.int(),
  delayed: z.int(),
  failed: z.int(),
  oldestWaitingMs: z.int(),
  predictedSeconds: z.number().nullable(),
  endedPerSecond: z.number(),
  ageSeconds: z.int(),
});

const description = describeRoute({
  id: 'getBacklog',
  tag: 'Operation',
  summary: 'The backlog of the workers, for autoscalers',
  responses: {
    200: {
      description:
        'Numbers of jobs, how long they have waited, and how long they will take. While Redis does not answer, the last ones, with their age.',
      body: BacklogView,
      example: exampleBacklog,
      headers: ['Cache-Control'],
    },
  },
  problems: ['queue-unavailable'],
});

/**
 * GET /v1/backlog: how much work waits for workers, even if none is running; read by autoscalers. While Redis cannot be read, the
 * last figures with their age.
 */
export const getBacklog: ApiRoute = (app, { queueFigures }) => {
  app.get('/v1/backlog', description, async (c) => {
    return c.json(BacklogView.parse(await queueFigures.read()), 200, { 'cache-control': 'no-store' });
  });
};
