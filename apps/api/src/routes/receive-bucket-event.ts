import { z } from 'zod';
import { BucketEvent } from '../bucket-events/bucket-event.ts';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { exampleBucketEvent } from '../openapi/examples.ts';

const Accepted = z.object({
  accepted: z.int().nonnegative().meta({ description: 'how many uploads the event told of' }),
});

const description = describeRoute({
  id: 'receiveBucketEvent',
  tag: 'Events',
  summary: 'The originals bucket says what was uploaded',
  details:
    "S3's own notification, as Amazon, Ceph, MinIO and SeaweedFS post it, or EventBridge's. Late, repeated and foreign ones are harmless.",
  body: BucketEvent,
  example: exampleBucketEvent,
  answers: { 202: { what: 'The jobs of these uploads are started.', body: Accepted, example: { accepted: 1 } } },
  problems: ['queue-unavailable'],
});

/**
 * POST /v1/events/s3: the originals bucket says what was uploaded. Every event may come late, twice, or out of order;
 * keys that are not originals are none of ours. An answer other than 202 makes the bucket post the event again.
 */
export const receiveBucketEvent: ApiRoute = (app, { reportUploads }) => {
  app.post('/v1/events/s3', description, async (c) =>
    c.json({ accepted: await reportUploads(await jsonBody(c, BucketEvent)) }, 202),
  );
};
