import type { ApiRoute } from '../http/api-route.ts';

/** GET /v1/backlog: how much work there is for workers, alive or not; what an autoscaler reads. */
export const getBacklog: ApiRoute = (app, { queue }) => {
  app.get('/v1/backlog', async (c) => c.json(await queue.backlog(), 200, { 'cache-control': 'no-store' }));
};
