import { assertOwn, ManifestConflictError } from '@imagemill/manifests';
import type { RenderContext, RenderHandler } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { ownSpec } from '@imagemill/variants';
import { abortParts } from './abort-parts.ts';
import { deleteImage } from './delete-image.ts';
import { earlierResult, type RenderOutcome, withSellersText } from './earlier-result.ts';
import { UnknownCategoryError } from './errors.ts';
import { commit, keepEarlier } from './finish-image.ts';
import { earlierVerdict } from './judge.ts';
import { makeManifest } from './make-manifest.ts';
import type { RenderServices } from './render-services.ts';

/**
 * The work of one job: check → fetch → inspect → moderate → render and publish → commit. It is idempotent: keys are deterministic, a
 * rendition that is stored stays, and a run that finds a current manifest has nothing to do.
 */
export function createRenderImage(services: RenderServices): RenderHandler {
  const { originals, manifests, categories } = services;

  async function renderAndCommit(job: RenderImage, context: RenderContext): Promise<RenderOutcome> {
    const [stored, uploaded] = await Promise.all([
      manifests.read(job.imageId, context),
      originals.head(job.originalKey, context),
    ]);
    assertOwn(stored, job.tenant);
    if (stored?.manifest.status === 'deleted') return endDeletion(services, job, context);
    const common = categories.get(job.category);
    if (!common) throw new UnknownCategoryError(job.category);
    const image = withSellersText(job, stored?.manifest, uploaded);
    const category = ownSpec(common, image);
    const isDown = services.moderator?.isDown() ?? false;
    const earlier = earlierResult(stored?.manifest, uploaded, { ...category, isDown });
    const isPrivate = category.visibility === 'signed';
    if (earlier) return keepEarlier(services, { image, isPrivate }, earlier, context);
    const allowed = earlierVerdict(stored?.manifest, uploaded);
    const made = await makeManifest(services, { image, uploaded, category, allowed }, context);
    if (made.outcome === 'no-original') return withoutOriginal(services, image, context);
    if (made.outcome === 'postponed') return made;
    return commit(services, { image, isPrivate }, { manifest: made.manifest, replaces: stored }, context);
  }

  return (image, context) =>
    renderAndCommit(image, context).catch((error: unknown) => {
      if (!(error instanceof ManifestConflictError)) throw error;
      // Another worker has finished or deleted this image in the meantime; the second pass finds out which.
      return renderAndCommit(image, context);
    });
}

async function endDeletion(
  services: RenderServices,
  image: RenderImage,
  { signal }: RenderContext,
): Promise<RenderOutcome> {
  await deleteImage(services, image, signal);
  services.logger.info({ imageId: image.imageId }, 'image deleted');
  return { outcome: 'deleted' };
}

/** There is no original and no manifest. */
async function withoutOriginal(
  { originals, uploadGraceMs }: RenderServices,
  image: RenderImage,
  context: RenderContext,
): Promise<RenderOutcome> {
  const expiresAt = Date.parse(image.uploadExpiresAt) + uploadGraceMs;
  if (Date.now() <= expiresAt) return { outcome: 'postponed', reason: 'not-uploaded' };
  // A HEAD request cannot distinguish a missing object from a missing bucket, and expiry is final.
  await originals.probe(context);
  await abortParts(originals, image, context.signal);
  return { outcome: 'expired' };
}
