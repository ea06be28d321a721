import { parseOriginalKey } from '@imagemill/variants';
import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound } from '../http/problem.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const description = describeRoute({
  id: 'deleteImage',
  tag: 'Images',
  summary: 'Delete an image, in whatever state it is',
  details: 'It is gone from the answer on; a worker deletes its files shortly after. Again is no error.',
  answers: { 204: { what: 'It is gone.' } },
  problems: ['image-not-found', 'queue-unavailable', 'storage-unavailable'],
});

/**
 * DELETE /v1/images/{id}: from the answer on the image is gone, also for a worker that has it in hand; a worker deletes
 * its renditions and its original shortly after. Deleting it again is no error.
 */
export const deleteImage: ApiRoute = (app, { records, deletions, queue, index }) => {
  app.delete('/v1/images/:id', description, async (c) => {
    const { tenant } = c.var.caller;
    const image = await records.locate(tenant, imageIdParam(c));
    const address = image && parseOriginalKey(image.originalKey);
    if (!address) throw imageNotFound();
    await deletions.begin(address);
    await queue.requestDeletion(image);
    await index.remove(tenant, image.imageId, [image.category]);
    return c.body(null, 204);
  });
};
