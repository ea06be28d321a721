import { deleteRenditions, type FinishedManifest, type Manifest, type StoredManifest } from '@imagemill/manifests';
import type { RenderContext } from '@imagemill/queue';
import type { RenderImage } from '@imagemill/records';
import { inSpan } from '@imagemill/tracing';
import type { EarlierResult, RenderOutcome } from './earlier-result.ts';
import type { RenderServices } from './render-services.ts';
import { withdrawPublic } from './withdraw-public.ts';

export interface Owned {
  readonly image: RenderImage;
  readonly isPrivate: boolean;
}

/** Completes what the run that finished the image may have left undone: it may have died before. */
export async function keepEarlier(
  services: RenderServices,
  { image, isPrivate }: Owned,
  { outcome, replaced }: EarlierResult,
  { signal }: RenderContext,
): Promise<RenderOutcome> {
  const { cdn, duplicates, purges, logger } = services;
  if (replaced) logger.warn({ imageId: image.imageId }, 'original was replaced, keeping its renditions');
  if (outcome.outcome === 'rejected' || outcome.outcome === 'held') {
    await duplicates.withhold(image);
    const deleted = await deleteRenditions(cdn, { imageId: image.imageId }, signal);
    // A held image may run often.
    if (outcome.outcome === 'rejected' || deleted > 0) await purges?.add(image, outcome.outcome);
    if (outcome.outcome === 'rejected') await services.previews.delete(image.imageId, { signal });
  } else if (isPrivate) await withdrawPublic(services, image, signal);
  else await purges?.add(image, 'rendered-again');
  return outcome;
}

/** The commit point: publishes the manifest, which finishes the image. */
export async function commit(
  services: RenderServices,
  { image, isPrivate }: Owned,
  { manifest, replaces }: { readonly manifest: FinishedManifest; readonly replaces: StoredManifest | undefined },
  context: RenderContext,
): Promise<RenderOutcome> {
  const { manifests, cdn, duplicates, purges, previews, logger } = services;
  context.signal.throwIfAborted();
  const isJudged = manifest.moderation?.verdict === 'reject';
  if (replaces?.manifest.status === 'ready' && manifest.status === 'rejected' && !isJudged) {
    // Published renditions of an earlier revision stay valid even if the current limits reject the original.
    logger.warn({ imageId: image.imageId, code: manifest.error.code }, 'original rejected, keeping its renditions');
    return { outcome: 'ready' };
  }
  // The service is still down: the hold is not a new one.
  if (isHeldByPolicy(manifest) && isHeldByPolicy(replaces?.manifest)) return { outcome: 'held' };
  await inSpan('commit', {}, () => manifests.publish(manifest, replaces, context));
  if (manifest.status !== 'held' && manifest.moderation) await previews.delete(image.imageId, context);
  if (manifest.status !== 'ready') {
    await duplicates.withhold(image);
    // Renditions published before the rejection. After the commit, which fails if another run has finished the image.
    const deleted = await deleteRenditions(cdn, { imageId: image.imageId }, context.signal);
    if (deleted > 0) await purges?.add(image, manifest.status);
  } else if (isPrivate) await withdrawPublic(services, image, context.signal);
  else if (replaces) await purges?.add(image, 'rendered-again');
  logger.info({ imageId: image.imageId, status: manifest.status, ...logged(manifest) }, 'image finished');
  return outcomeOf(manifest);
}

const isHeldByPolicy = (manifest: Manifest | undefined) =>
  manifest?.status === 'held' && manifest.moderation.by === 'service-down';

function outcomeOf(manifest: FinishedManifest): RenderOutcome {
  const { status } = manifest;
  return status === 'rejected' ? { outcome: status, error: manifest.error } : { outcome: status };
}

const logged = (manifest: FinishedManifest) => ({
  ...(manifest.status === 'ready' ? { timingsMs: manifest.timingsMs } : { code: manifest.error.code }),
  ...(manifest.moderation && { moderation: manifest.moderation }),
});
