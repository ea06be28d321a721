import {
  deleteRenditions,
  type LiveManifest,
  listRenderedImages,
  type RenderedImage,
  visibilityOf,
} from '@imagemill/manifests';
import { type ImageId, isSurelyPrivate, isSurelyPublic, timeOfId } from '@imagemill/variants';
import { isPrivate, makeImagePrivate } from './make-image-private.ts';
import { collectFindings, type Finding, isSettled, type ReconcileServices, type Sweep } from './sweep.ts';

const IMAGES_PER_PAGE = 2_000;
/** Longer than the lifetime of any job, including its upload URL and its retries. */
const ORPHANED_AFTER_MS = 8 * 24 * 3600_000;

/**
 * Checks that every rendition belongs to an image with a manifest or a job, to its current revision, and that it is
 * public only if its image is. Renditions and manifests have the same order, which allows comparing a page of
 * renditions with one range of manifests. The sweep of originals comes first and has added a job for every image that
 * only has an original.
 */
export const sweepRenditions: Sweep = async (services, after, signal) => {
  const page = { imagesMin: IMAGES_PER_PAGE, startAfter: after, signal };
  const { images, nextAfter } = await listRenderedImages(services.cdn, page);
  const manifestWrittenAt = await services.manifests.writtenAt(images, { signal });
  const findings: Finding[] = [];
  for (const image of images) {
    const { imageId } = image;
    const manifestAt = manifestWrittenAt({ imageId });
    if (manifestAt === undefined) {
      findings.push(...(await collectFindings(orphan(services, imageId, signal), { imageId })));
    } else {
      const check = finishedImage(services, { ...image, manifestAt }, signal);
      findings.push(...(await collectFindings(check, { imageId })), ...oldSizes(services, image, signal));
    }
  }
  return { examined: images.length, findings, next: nextAfter };
};

/** An image may have only so many sizes: those that no page uses any more must not take their places forever. */
function oldSizes({ cdn, storedSizeMs }: ReconcileServices, image: RenderedImage, signal: AbortSignal): Finding[] {
  const old = image.sizes.filter(({ writtenAt }) => Date.now() - writtenAt.getTime() >= storedSizeMs);
  if (old.length === 0) return [];
  const repair = async () => {
    for (const { key } of old) await cdn.delete(key, { signal });
  };
  return [{ kind: 'old-size', imageId: image.imageId, repair }];
}

async function orphan({ queue, cdn }: ReconcileServices, imageId: ImageId, signal: AbortSignal): Promise<Finding[]> {
  if (!isOld(imageId) || (await queue.find(imageId))) return [];
  const repair = async () => {
    await deleteRenditions(cdn, { imageId }, signal);
  };
  return [{ kind: 'rendition-without-manifest', imageId, repair }];
}

/** Reads the manifest only if the listings are inconclusive. */
async function finishedImage(
  services: ReconcileServices,
  image: RenderedImage & { readonly manifestAt: Date },
  signal: AbortSignal,
): Promise<Finding[]> {
  const { imageId, visibility, revisions, manifestAt } = image;
  // Written by an edge, by a run that lost its lock, or by one in progress.
  const isLater = [...revisions.values()].some((at) => at > manifestAt && isSettled(at) && isRecent(at));
  const isSure = visibility === 'public' ? isSurelyPublic : isSurelyPrivate;
  const isUnsure = [...revisions.keys()].some((revision) => !isSure(services.categories, revision));
  if (!isLater && !isUnsure && revisions.size <= 1) return [];
  const manifest = (await services.manifests.read(imageId, { signal }))?.manifest;
  if (manifest?.status === 'deleted' || manifest?.status === 'rejected' || manifest?.status === 'held') {
    const { status } = manifest;
    // A worker or an edge that was paused may write renditions after the end of the image. They must not stay public.
    const repair = async () => {
      await deleteRenditions(services.cdn, { imageId }, signal);
      await services.purges?.add(manifest, status);
    };
    const kind = `rendition-of-${status}-image` as const;
    return isLater ? [{ kind, imageId, tenant: manifest.tenant, repair }] : [];
  }
  if (manifest && visibility === 'public' && isPrivate(services, manifest)) {
    const repair = () => makeImagePrivate(services, imageId, signal);
    return [{ kind: 'public-rendition-of-private-image', imageId, tenant: manifest.tenant, repair }];
  }
  return manifest?.status === 'ready' ? superseded(services, image, manifest, signal) : [];
}

/** Renditions of an earlier revision, or of an earlier visibility. None while a job may be rendering a new revision. */
async function superseded(
  { cdn, queue, oldRevisionGraceMs }: ReconcileServices,
  { imageId, visibility, revisions }: RenderedImage,
  manifest: ReadyManifest,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { tenant, readyAt } = manifest;
  const current = (visibilityOf(manifest) ?? visibility) === visibility ? manifest.revision : undefined;
  const isOver = (time: Date) => Date.now() - time.getTime() >= oldRevisionGraceMs;
  if (!isOver(new Date(readyAt))) return [];
  const job = await queue.find(imageId);
  if (job && job.status !== 'ready') return [];
  const old = [...revisions].filter(([revision, writtenAt]) => revision !== current && isOver(writtenAt));
  if (old.length === 0) return [];
  const repair = async () => {
    for (const [revision] of old) await deleteRenditions(cdn, { imageId, revision, visibility }, signal);
  };
  return [{ kind: 'superseded-rendition', imageId, tenant, repair }];
}

type ReadyManifest = Extract<LiveManifest, { status: 'ready' }>;

/**
 * The edge writes renditions long after their manifests: without a limit, every round would read the manifests of all these images. A
 * rendition that no round has seen in this time goes with the tombstone of its image; if the image is rejected, it stays.
 */
const RECENT_MS = 48 * 3600_000;

const isRecent = (writtenAt: Date) => Date.now() - writtenAt.getTime() < RECENT_MS;

const isOld = (imageId: ImageId) => Date.now() - timeOfId(imageId).getTime() >= ORPHANED_AFTER_MS;
