import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { changeFailedPurge, PurgeId, purgeParams } from '../http/failed-purge.ts';
import { ofReadableJob } from '../http/readable-job.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { examplePurgeId } from '../openapi/examples.ts';

const Requeued = z.object({ id: PurgeId, status: z.literal('queued') });

const description = describeRoute({
  id: 'redriveFailedPurge',
  tag: 'Operation',
  summary: 'Repeat one failed purge, with all its attempts',
  params: purgeParams,
  responses: {
    202: { description: 'The purge is queued.', body: Requeued, example: { id: examplePurgeId, status: 'queued' } },
  },
  problems: ['purge-not-found', 'unreadable-job', 'queue-unavailable'],
});

/** POST /v1/failed-purges/{id}/redrive */
export const redriveFailedPurge: ApiRoute = (app, { failedPurges }) => {
  app.post('/v1/failed-purges/:id/redrive', description, async (c) => {
    const id = await changeFailedPurge(c, (purge) => ofReadableJob(failedPurges.redrive(purge)));
    return c.json({ id, status: 'queued' } satisfies z.infer<typeof Requeued>, 202);
  });
};
