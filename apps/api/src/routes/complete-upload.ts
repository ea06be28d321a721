import type { ImageRecord } from '@imagemill/images';
import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound, Problem } from '../http/problem.ts';
import { imageIdParam } from '../images/image-id-param.ts';

/** POST /v1/images/{id}/complete: the uploader says that the bytes are there, and the job starts at once. */
export const completeUpload: ApiRoute = (app, { originals, queue, records, view }) => {
  app.post('/v1/images/:id/complete', async (c) => {
    const imageId = imageIdParam(c);
    const { tenant } = c.var.caller;
    const record = await records.find(tenant, imageId);
    if (record && !mayStart(record)) return c.json(view(record), 202);

    const located = await records.locate(tenant, imageId);
    // Without a record there is only the original, when Redis was lost; any other image is not there for this caller.
    if (!located || (!record && located.from !== 'original')) throw imageNotFound();
    if (!(await originals.head(located.image.originalKey))) {
      throw new Problem({
        status: 409,
        code: 'not-uploaded',
        detail: 'Nothing has been uploaded to the URL of this image yet.',
      });
    }
    if (!(await queue.reportUpload(imageId))) await queue.add(located.image, 0);
    const started = await records.find(tenant, imageId);
    if (!started) throw imageNotFound();
    return c.json(view(started), 202);
  });
};

/**
 * An expired image as well: its upload may have ended after it was given up. And a queued one that no worker has tried:
 * an earlier call may have failed between the note and the start.
 */
function mayStart(record: ImageRecord): boolean {
  const { status } = record;
  return (
    status === 'awaiting-upload' ||
    status === 'expired' ||
    (record.from === 'job' && status === 'queued' && record.job.attempts === 0)
  );
}
