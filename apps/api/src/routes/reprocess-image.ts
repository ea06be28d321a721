import { ManifestConflictError } from '@imagemill/manifests';
import type { RenderImage } from '@imagemill/records';
import type { ApiRoute, ApiServices } from '../http/api-route.ts';
import { imageNotFound } from '../http/image-not-found.ts';
import { originalGone } from '../http/original-gone.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { ImageAnswer } from '../openapi/image-answer.ts';

const description = describeRoute({
  id: 'reprocessImage',
  tag: 'Images',
  summary: 'Render an image again with the current variant set',
  details:
    'The new renditions have new URLs; the old ones stay for a while. Steps in `skipped` are done now, also if the variant set is the same. If the image is not ready, only its status is returned.',
  responses: { 202: { description: 'The status of the image.', body: ImageAnswer } },
  problems: ['image-not-found', 'original-gone', 'queue-unavailable', 'storage-unavailable'],
});

/**
 * POST /v1/images/{id}/reprocess: makes the renditions of today's variant set. Those of an earlier revision stay for a
 * while, so that pages have time to switch. Does nothing if the renditions are up to date, and were made without skipping a step.
 */
export const reprocessImage: ApiRoute = (app, services) => {
  const { records, originals, queue, view } = services;
  app.post('/v1/images/:id/reprocess', description, async (c) => {
    const imageId = imageIdParam(c);
    const { tenant } = c.var.caller;
    let record = await records.find(tenant, imageId);
    if (record?.status === 'ready') {
      const image = await records.locate(tenant, imageId);
      if (!image) throw imageNotFound();
      if (!(await originals.head(image.originalKey))) throw originalGone();
      await queue.reprocess(await withSkippedSteps(services, image));
      record = await records.find(tenant, imageId);
    }
    if (!record) throw imageNotFound();
    return c.json(view(record), 202);
  });
};

/** Of one image. Where a step cannot be done at all, each call would otherwise leave all renditions behind for a while. */
const REDONE_MAX = 10;

/**
 * An image that was made without a step gets a revision of its own, under which the step is done. The manifest has it first, so that workers
 * and edges agree on the revision.
 */
async function withSkippedSteps({ manifests }: ApiServices, image: RenderImage): Promise<RenderImage> {
  const stored = await manifests.readOf(image.tenant, image.imageId);
  if (stored?.manifest.status !== 'ready') return image;
  const { skipped, ...manifest } = stored.manifest;
  const { redone: earlier = 0 } = manifest;
  if (!skipped?.length || earlier >= REDONE_MAX) return { ...image, redone: manifest.redone };
  const redone = earlier + 1;
  try {
    await manifests.publish({ ...manifest, redone }, stored);
  } catch (error) {
    // Another call has done it in the meantime. The worker reads the number from the manifest.
    if (!(error instanceof ManifestConflictError)) throw error;
  }
  return { ...image, redone };
}
