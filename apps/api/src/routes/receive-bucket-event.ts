import { imageFromKey } from '@imagemill/queue';
import { parseOriginalKey } from '@imagemill/variants';
import { BucketEvent } from '../events/bucket-event.ts';
import type { ApiRoute } from '../http/api-route.ts';
import { jsonBody } from '../http/json-body.ts';

/**
 * POST /v1/events/s3: the originals bucket says what was uploaded. Every event may come late, twice, or out of order;
 * keys that are not originals are none of ours. An answer other than 202 makes the bucket post the event again.
 */
export const receiveBucketEvent: ApiRoute = (app, { originals, queue }) => {
  app.post('/v1/events/s3', async (c) => {
    const created = await jsonBody(c, BucketEvent);
    const addresses = created
      .filter(({ bucket }) => bucket === originals.bucket)
      .flatMap(({ key }) => parseOriginalKey(key) ?? []);
    await Promise.all(
      addresses.map(async (address) => {
        if (!(await queue.reportUpload(address.imageId))) await queue.add(imageFromKey(address), 0);
      }),
    );
    return c.json({ accepted: addresses.length }, 202);
  });
};
