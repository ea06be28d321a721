import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { originalGone } from '../http/original-gone.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';

const description = describeRoute({
  id: 'reprocessImage',
  tag: 'Images',
  summary: "Render an image again with today's variant set",
  details:
    'The new renditions have new URLs; the old ones stay for a while. If the image is not ready, only its status is returned.',
  responses: { 202: { description: 'The status of the image.', body: ImageAnswer } },
  problems: ['image-not-found', 'original-gone', 'queue-unavailable', 'storage-unavailable'],
});

/**
 * POST /v1/images/{id}/reprocess: makes the renditions of today's variant set. Those of an earlier revision stay for a
 * while, so that pages have time to switch. Does nothing if the renditions are up to date.
 */
export const reprocessImage: ApiRoute = (app, { records, originals, queue, view }) => {
  app.post('/v1/images/:id/reprocess', description, async (c) => {
    const imageId = imageIdParam(c);
    const { tenant } = c.var.caller;
    let record = await records.find(tenant, imageId);
    if (record?.status === 'ready') {
      const image = await records.locate(tenant, imageId);
      if (!image) throw imageNotFound();
      if (!(await originals.head(image.originalKey))) throw originalGone();
      await queue.reprocess(image);
      record = await records.find(tenant, imageId);
    }
    if (!record) throw imageNotFound();
    return c.json(view(record), 202);
  });
};
