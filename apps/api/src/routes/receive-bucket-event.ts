import { BucketEvent } from '@imagemill/records';
import { z } from 'zod';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleBucketEvent } from '../openapi/examples.ts';

const Accepted = z.object({
  accepted: z.int().nonnegative().meta({ description: 'number of uploads in the event' }),
});

const description = describeRoute({
  id: 'receiveBucketEvent',
  tag: 'Events',
  summary: 'Receive upload events from the originals bucket',
  details:
    "S3's event notification, as Amazon, Ceph, MinIO and SeaweedFS send it, or EventBridge's. Late, repeated and unrelated events are harmless.",
  body: BucketEvent,
  example: exampleBucketEvent,
  responses: {
    202: { description: 'The jobs of these uploads are started.', body: Accepted, example: { accepted: 1 } },
  },
  problems: ['queue-unavailable'],
});

/**
 * POST /v1/events/s3: upload events from the originals bucket. Events may arrive late, twice, or out of order; keys
 * that are not originals are ignored. After any response other than 202 the bucket sends the event again.
 */
export const receiveBucketEvent: ApiRoute = (app, { reportUploads }) => {
  app.post('/v1/events/s3', description, async (c) =>
    c.json({ accepted: await reportUploads(await jsonBody(c, BucketEvent)) }, 202),
  );
};
