import { Problem } from '@imagemill/http';
import { FailedPurgePage } from '@imagemill/queue';
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { ofReadableJob } from '../http/readable-job.ts';
import { query } from '../http/validated.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleFailedPurges, examplePurgeId } from '../openapi/examples.ts';
import { Redriven } from './dead-letters.ts';

const PurgeId = z.uuid();

const Page = z.strictObject({
  cursor: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

const RedriveAll = z.strictObject({ limit: z.int().min(1).max(1000) });
const Requeued = z.object({ id: PurgeId, status: z.literal('queued') });

const params = z.object({ id: PurgeId.meta({ description: 'the id of a purge' }) });

const descriptions = {
  list: describeRoute({
    id: 'listFailedPurges',
    tag: 'Operation',
    summary: 'Purges that the CDN did not accept in any attempt, newest first',
    details: 'Copies of these images may still be in the caches of the CDN.',
    query: Page,
    responses: {
      200: {
        description: 'A page of failed purges.',
        body: FailedPurgePage,
        example: exampleFailedPurges,
        headers: ['Cache-Control'],
      },
    },
    problems: ['queue-unavailable'],
  }),
  redriveAll: describeRoute({
    id: 'redriveFailedPurges',
    tag: 'Operation',
    summary: 'Repeat failed purges, oldest first',
    body: RedriveAll,
    example: { limit: 1000 },
    responses: {
      202: {
        description: 'How many were restarted, and whether there may be more.',
        body: Redriven,
        example: { redriven: 12, more: false },
      },
    },
    problems: ['queue-unavailable'],
  }),
  redrive: describeRoute({
    id: 'redriveFailedPurge',
    tag: 'Operation',
    summary: 'Repeat one failed purge, with all its attempts',
    params,
    responses: {
      202: { description: 'The purge is queued.', body: Requeued, example: { id: examplePurgeId, status: 'queued' } },
    },
    problems: ['purge-not-found', 'unreadable-job', 'queue-unavailable'],
  }),
  discard: describeRoute({
    id: 'discardFailedPurge',
    tag: 'Operation',
    summary: 'Discard a failed purge, for example after a purge by hand',
    params,
    responses: { 204: { description: 'The purge is discarded.' } },
    problems: ['purge-not-found', 'queue-unavailable'],
  }),
};

/**
 * GET /v1/failed-purges: newest first, paginated. POST …/{id}/redrive: requeues one, with all attempts; POST …/redrive: up to a
 * number of them. DELETE …/{id}: discards one.
 */
export const failedPurges: ApiRoute = (app, { failedPurges: purges }) => {
  app.get('/v1/failed-purges', descriptions.list, async (c) =>
    c.json(await purges.list(query(c, Page)), 200, { 'cache-control': 'no-store' }),
  );

  app.post('/v1/failed-purges/redrive', descriptions.redriveAll, async (c) => {
    const { limit } = await jsonBody(c, RedriveAll);
    const outcome: z.input<typeof Redriven> = await purges.redriveAll({ limit });
    return c.json(outcome, 202);
  });

  app.post('/v1/failed-purges/:id/redrive', descriptions.redrive, async (c) => {
    const id = await changed(c, (purge) => ofReadableJob(purges.redrive(purge)));
    return c.json({ id, status: 'queued' } satisfies z.infer<typeof Requeued>, 202);
  });

  app.delete('/v1/failed-purges/:id', descriptions.discard, async (c) => {
    await changed(c, purges.discard);
    return c.body(null, 204);
  });
};

async function changed(c: Context, change: (id: string) => Promise<boolean>): Promise<string> {
  const id = PurgeId.safeParse(c.req.param('id')).data;
  if (id !== undefined && (await change(id))) return id;
  throw new Problem({ status: 404, code: 'purge-not-found', detail: 'There is no failed purge with this id.' });
}
