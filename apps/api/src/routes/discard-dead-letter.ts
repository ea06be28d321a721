import { processingFailed } from '@imagemill/images';
import { failedManifest, type TenantManifests } from '@imagemill/manifests';
import type { ApiRoute } from '../http/api-route.ts';
import { deadLetterNotFound } from '../http/dead-letter-not-found.ts';
import { imageIdParam } from '../images/image-id-param.ts';
import { describeRoute } from '../openapi/describe-route.ts';

const description = describeRoute({
  id: 'discardDeadLetter',
  tag: 'Operation',
  summary: 'Discard a dead letter: its image stays failed',
  responses: { 204: { description: 'The dead letter is discarded.' } },
  problems: ['image-not-found', 'dead-letter-not-found', 'queue-unavailable', 'storage-unavailable'],
});

/** DELETE /v1/dead-letters/{id} */
export const discardDeadLetter: ApiRoute = (app, { queue, manifests }) => {
  app.delete('/v1/dead-letters/:id', description, async (c) => {
    const imageId = imageIdParam(c);
    const failed = await queue.deadLetters.find(imageId);
    if (failed) await recordFailure(manifests, failed);
    if (!(await queue.deadLetters.discard(imageId))) throw deadLetterNotFound();
    return c.body(null, 204);
  });
};

/** Keeps the image failed after its job is gone; otherwise its original would look like an upload without a job. */
async function recordFailure(manifests: TenantManifests, failed: Parameters<typeof failedManifest>[0]): Promise<void> {
  const { tenant, imageId } = failed.image;
  const stored = await manifests.readOf(tenant, imageId);
  // An earlier revision has published renditions, which stay. A released image has none.
  if (stored && stored.manifest.status !== 'released') return;
  await manifests.publish(failedManifest(failed, processingFailed), stored);
}
