import { BucketEvent } from '../events/bucket-event.ts';
import { createReportUploads } from '../events/report-uploads.ts';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';

/**
 * POST /v1/events/s3: the originals bucket says what was uploaded. Every event may come late, twice, or out of order;
 * keys that are not originals are none of ours. An answer other than 202 makes the bucket post the event again.
 */
export const receiveBucketEvent: ApiRoute = (app, { originals, queue }) => {
  const reportUploads = createReportUploads({ bucket: originals.bucket, queue });
  app.post('/v1/events/s3', async (c) =>
    c.json({ accepted: await reportUploads(await jsonBody(c, BucketEvent)) }, 202),
  );
};
