import type { ImageRecord } from '@imagemill/images';
import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound, Problem } from '../http/problem.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { putTogether } from '../multipart/put-together.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';

const description = describeRoute({
  id: 'completeUpload',
  tag: 'Uploads',
  summary: 'Say that the bytes are there',
  details:
    'The parts of an upload in parts are put together; the job starts at once. Harmless to repeat, and not needed where the bucket tells of its uploads itself.',
  answers: { 202: { what: 'The status of the image.', body: ImageAnswer } },
  problems: ['image-not-found', 'not-uploaded', 'upload-ended', 'queue-unavailable', 'storage-unavailable'],
});

/** POST /v1/images/{id}/complete: the uploader says that the bytes are there, and the job starts at once. */
export const completeUpload: ApiRoute = (app, { originals, queue, records, view }) => {
  app.post('/v1/images/:id/complete', description, async (c) => {
    const imageId = imageIdParam(c);
    const { tenant } = c.var.caller;
    let record = await records.find(tenant, imageId);
    if (record?.from === 'job' && mayStart(record)) {
      const { image } = record.job;
      if (!(await originals.head(image.originalKey))) {
        const { multipart } = image;
        if (!multipart) throw nothingUploaded();
        await putTogether(originals, { ...image, multipart });
      }
      if (!(await queue.reportUpload(imageId))) await queue.add(image, 0);
      record = await records.find(tenant, imageId);
    }
    if (!record) throw imageNotFound();
    return c.json(view(record), 202);
  });
};

const nothingUploaded = () =>
  new Problem({
    status: 409,
    code: 'not-uploaded',
    detail: 'Nothing has been uploaded to the URL of this image yet.',
  });

/**
 * An expired image as well: its upload may have ended after it was given up. And a queued one that no worker has tried:
 * an earlier call may have failed between the note and the start.
 */
const mayStart = ({ status, job }: ImageRecord & { from: 'job' }) =>
  status === 'awaiting-upload' || status === 'expired' || (status === 'queued' && job.attempts === 0);
