import { Problem } from '@imagemill/http';
import type { ImageRecord } from '@imagemill/images';
import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { assembleParts } from '../multipart/assemble-parts.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';

const description = describeRoute({
  id: 'completeUpload',
  tag: 'Uploads',
  summary: 'Report that the upload is complete',
  details:
    'Assembles an upload in parts, and starts the job at once. Repeating it is harmless. It is optional if the bucket reports its uploads.',
  responses: { 202: { description: 'The status of the image.', body: ImageAnswer } },
  problems: ['image-not-found', 'not-uploaded', 'upload-ended', 'queue-unavailable', 'storage-unavailable'],
});

/** POST /v1/images/{id}/complete: the uploader reports that the upload is complete, and the job starts at once. */
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
        await assembleParts(originals, { ...image, multipart });
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
 * Includes expired images: the upload may have ended after the expiry. Includes queued images without an attempt: an
 * earlier call may have failed between the report and the start.
 */
const mayStart = ({ status, job }: ImageRecord & { from: 'job' }) =>
  status === 'awaiting-upload' || status === 'expired' || (status === 'queued' && job.attempts === 0);
