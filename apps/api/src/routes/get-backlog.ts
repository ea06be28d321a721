import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';

/** Numbers of jobs, except where the name says otherwise; see the queue's own `Backlog` for what each is. */
const BacklogView = z.object({
  backlog: z.int(),
  waiting: z.int(),
  active: z.int(),
  delayedDue: z.int(),
  delayed: z.int(),
  failed: z.int(),
  oldestWaitingMs: z.int(),
  predictedSeconds: z.number().nullable(),
});

/** GET /v1/backlog: how much work there is for workers, alive or not; what an autoscaler reads. */
export const getBacklog: ApiRoute = (app, { queue }) => {
  app.get('/v1/backlog', async (c) =>
    c.json(BacklogView.parse(await queue.backlog()), 200, { 'cache-control': 'no-store' }),
  );
};
