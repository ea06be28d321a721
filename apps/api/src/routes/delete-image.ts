import { parseOriginalKey } from '@imagemill/variants';
import type { ApiRoute } from '../http/api-route.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const description = describeRoute({
  id: 'deleteImage',
  tag: 'Images',
  summary: 'Delete an image in any state',
  details: 'The image is gone at once; a worker deletes its files shortly after. Deleting it again is not an error.',
  responses: { 204: { description: 'The image is deleted.' } },
  problems: ['image-not-found', 'queue-unavailable', 'storage-unavailable'],
});

/**
 * DELETE /v1/images/{id}: the image is gone at once, even for a worker that is processing it. A worker deletes its
 * renditions and its original shortly after. Deleting it again is not an error.
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
