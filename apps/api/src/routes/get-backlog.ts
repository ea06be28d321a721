import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleBacklog } from '../openapi/examples.ts';

/** Numbers of jobs, unless the name has a unit; see `Backlog` and `drainRate` of the queue. */
export const BacklogView = z.object({
  backlog: z.int(),
  waiting: z.int(),
  active: z.int(),
  delayedDue: z.int(),
  looksDue: z.int(),
  delayed: z.int(),
  failed: z.int(),
  oldestWaitingMs: z.int(),
  predictedSeconds: z.number().nullable(),
  endedPerSecond: z.number(),
});

const description = describeRoute({
  id: 'getBacklog',
  tag: 'Operation',
  summary: 'How much work waits for workers, for autoscalers',
  responses: {
    200: {
      description: 'Numbers of jobs, how long they have waited, and how long they will take.',
      body: BacklogView,
      example: exampleBacklog,
      headers: ['Cache-Control'],
    },
  },
  problems: ['queue-unavailable'],
});

/** GET /v1/backlog: how much work waits for workers, even if none is running; read by autoscalers. */
export const getBacklog: ApiRoute = (app, { queue }) => {
  app.get('/v1/backlog', description, async (c) => {
    const [backlog, endedPerSecond] = await Promise.all([queue.backlog(), queue.drainRate()]);
    return c.json(BacklogView.parse({ ...backlog, endedPerSecond }), 200, { 'cache-control': 'no-store' });
  });
};
