import { Problem } from '@imagemill/http';
import { processingFailed } from '@imagemill/images';
import { failedManifest, type TenantManifests } from '@imagemill/manifests';
import { DeadLetterPage } from '@imagemill/queue';
import { ImageId } from '@imagemill/variants';
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { ofReadableJob } from '../http/readable-job.ts';
import { query } from '../http/validated.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleDeadLetters, exampleImageId } from '../openapi/examples.ts';

const ErrorCode = z.string().regex(/^[a-z][a-z-]*$/, 'must be an error code');

const Page = z.strictObject({
  cursor: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  code: ErrorCode.optional(),
});

const RedriveAll = z.strictObject({ code: ErrorCode, limit: z.int().min(1).max(1000).default(1000) });

export const Redriven = z.object({ redriven: z.int(), more: z.boolean() });
const Requeued = z.object({ imageId: ImageId, status: z.literal('queued') });

const descriptions = {
  list: describeRoute({
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
  }),
  redriveAll: describeRoute({
    id: 'redriveDeadLetters',
    tag: 'Operation',
    summary: 'Restart all dead letters with a code, oldest first',
    body: RedriveAll,
    example: { code: 'storage-unavailable', limit: 100 },
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
    id: 'redriveDeadLetter',
    tag: 'Operation',
    summary: 'Restart one dead letter, with all its attempts',
    responses: {
      202: {
        description: 'The job is queued.',
        body: Requeued,
        example: { imageId: exampleImageId, status: 'queued' },
      },
    },
    problems: ['image-not-found', 'dead-letter-not-found', 'unreadable-job', 'queue-unavailable'],
  }),
  discard: describeRoute({
    id: 'discardDeadLetter',
    tag: 'Operation',
    summary: 'Discard a dead letter: its image stays failed',
    responses: { 204: { description: 'The dead letter is discarded.' } },
    problems: ['image-not-found', 'dead-letter-not-found', 'queue-unavailable', 'storage-unavailable'],
  }),
};

/**
 * GET /v1/dead-letters: newest first, paginated. POST …/{id}/redrive: requeues one, with all attempts; POST …/redrive:
 * all with a code. DELETE …/{id}: discards one. Bad images are never among them: those are rejected.
 */
export const deadLetters: ApiRoute = (app, { queue, manifests }) => {
  app.get('/v1/dead-letters', descriptions.list, async (c) => {
    const page = await queue.deadLetters.list(query(c, Page));
    return c.json(page, 200, { 'cache-control': 'no-store' });
  });

  app.post('/v1/dead-letters/redrive', descriptions.redriveAll, async (c) => {
    const { code, limit } = await jsonBody(c, RedriveAll);
    const outcome: z.input<typeof Redriven> = await queue.deadLetters.redriveAll({ limit, code });
    return c.json(outcome, 202);
  });

  app.post('/v1/dead-letters/:id/redrive', descriptions.redrive, async (c) => {
    const imageId = await changed(c, (id) => ofReadableJob(queue.deadLetters.redrive(id)));
    return c.json({ imageId, status: 'queued' } satisfies z.infer<typeof Requeued>, 202);
  });

  app.delete('/v1/dead-letters/:id', descriptions.discard, async (c) => {
    await changed(c, async (id) => {
      const failed = await queue.deadLetters.find(id);
      if (failed) await recordFailure(manifests, failed);
      return queue.deadLetters.discard(id);
    });
    return c.body(null, 204);
  });
};

/** Keeps the image failed after its job is gone; otherwise its original would look like an upload without a job. */
async function recordFailure(manifests: TenantManifests, failed: Parameters<typeof failedManifest>[0]): Promise<void> {
  const { tenant, imageId } = failed.image;
  const stored = await manifests.readOf(tenant, imageId);
  // An earlier revision has published renditions, which stay. A released image has none.
  if (stored && stored.manifest.status !== 'released') return;
  await manifests.publish(failedManifest(failed, processingFailed), stored);
}

async function changed(c: Context, change: (imageId: ImageId) => Promise<boolean>): Promise<ImageId> {
  const imageId = imageIdParam(c);
  if (await change(imageId)) return imageId;
  throw new Problem({ status: 404, code: 'dead-letter-not-found', detail: 'This image has no dead letter.' });
}
