import type { LiveManifest } from '@imagemill/manifests';
import { type ImageId, parseRenditionKey, prefixes, renditionFolder, timeOfId } from '@imagemill/variants';
import { deleteFolder } from '../render/delete-image.ts';
import { collectFindings, type Finding, isSettled, type ReconcileServices, type Sweep } from './sweep.ts';

const IMAGES_PER_PAGE = 2_000;
/** Longer than the lifetime of any job, including its upload URL and its retries. */
const ORPHANED_AFTER_MS = 8 * 24 * 3600_000;

/**
 * Checks that every rendition belongs to an image with a manifest or a job, and to its current revision. Renditions and
 * manifests have the same order, which allows comparing a page of renditions with one range of manifests. The sweep of
 * originals comes first and has added a job for every image that only has an original.
 */
export const sweepRenditions: Sweep = async (services, after, signal) => {
  const { images, next } = await imagesAfter(services, after, signal);
  const manifestWrittenAt = await services.manifests.writtenAt(images, { signal });
  const findings: Finding[] = [];
  for (const { imageId, revisions } of images) {
    const manifestAt = manifestWrittenAt({ imageId });
    if (manifestAt === undefined) {
      findings.push(...(await collectFindings(orphan(services, imageId, signal), { imageId })));
    } else {
      const check = finishedImage(services, { imageId, revisions, manifestAt }, signal);
      findings.push(...(await collectFindings(check, { imageId })));
    }
  }
  return { examined: images.length, findings, next };
};

interface RenderedImage {
  readonly imageId: ImageId;
  /** When the newest rendition of each revision was written. */
  readonly revisions: ReadonlyMap<string, Date>;
}

async function orphan({ queue, cdn }: ReconcileServices, imageId: ImageId, signal: AbortSignal): Promise<Finding[]> {
  if (!isOld(imageId) || (await queue.find(imageId))) return [];
  const repair = () => deleteFolder(cdn, renditionFolder({ imageId }), signal);
  return [{ kind: 'rendition-without-manifest', imageId, repair }];
}

/** Reads the manifest only if the listings are inconclusive. */
async function finishedImage(
  services: ReconcileServices,
  image: RenderedImage & { readonly manifestAt: Date },
  signal: AbortSignal,
): Promise<Finding[]> {
  const { imageId, revisions, manifestAt } = image;
  // Rare, because a manifest is written after its renditions: a run that lost its lock, or one in progress.
  const isLater = [...revisions.values()].some((writtenAt) => writtenAt > manifestAt && isSettled(writtenAt));
  if (!isLater && revisions.size <= 1) return [];
  const manifest = (await services.manifests.read(imageId, { signal }))?.manifest;
  if (manifest?.status === 'deleted') {
    // A worker that was paused may write renditions after the deletion. They must not stay public.
    const repair = () => deleteFolder(services.cdn, renditionFolder({ imageId }), signal);
    return isLater ? [{ kind: 'rendition-of-deleted-image', imageId, tenant: manifest.tenant, repair }] : [];
  }
  return manifest?.status === 'ready' ? superseded(services, image, manifest, signal) : [];
}

/** Renditions of an earlier revision. None while a job may be rendering a new revision. */
async function superseded(
  { cdn, queue, oldRevisionGraceMs }: ReconcileServices,
  { imageId, revisions }: RenderedImage,
  { tenant, revision: current, readyAt }: ReadyManifest,
  signal: AbortSignal,
): Promise<Finding[]> {
  const isOver = (time: Date) => Date.now() - time.getTime() >= oldRevisionGraceMs;
  if (!isOver(new Date(readyAt))) return [];
  const job = await queue.find(imageId);
  if (job && job.status !== 'ready') return [];
  const old = [...revisions].filter(([revision, writtenAt]) => revision !== current && isOver(writtenAt));
  if (old.length === 0) return [];
  const repair = async () => {
    for (const [revision] of old) await deleteFolder(cdn, renditionFolder({ imageId, revision }), signal);
  };
  return [{ kind: 'superseded-rendition', imageId, tenant, repair }];
}

type ReadyManifest = Pick<Extract<LiveManifest, { status: 'ready' }>, 'tenant' | 'revision' | 'readyAt'>;

/** The next images that have renditions, in the order of their keys. */
async function imagesAfter({ cdn }: ReconcileServices, after: string | undefined, signal: AbortSignal) {
  const images = new Map<ImageId, Map<string, Date>>();
  let startAfter = after;
  do {
    const { objects, nextAfter } = await cdn.list({ prefix: prefixes.renditions, startAfter, signal });
    for (const { key, modifiedAt } of objects) {
      const parsed = parseRenditionKey(key);
      if (!parsed) continue;
      const { imageId, revision } = parsed;
      const revisions = images.get(imageId) ?? new Map<string, Date>();
      const newest = revisions.get(revision);
      if (newest === undefined || newest < modifiedAt) revisions.set(revision, modifiedAt);
      images.set(imageId, revisions);
    }
    startAfter = nextAfter;
  } while (startAfter !== undefined && images.size < IMAGES_PER_PAGE);
  const [last] = [...images.keys()].slice(-1);
  if (startAfter !== undefined && last !== undefined && images.size > 1) {
    // The last image may continue on the next page; it is moved there completely.
    images.delete(last);
    startAfter = renditionFolder({ imageId: last }).slice(0, -1);
  }
  const found: RenderedImage[] = [...images].map(([imageId, revisions]) => ({ imageId, revisions }));
  return { images: found, next: startAfter };
}

const isOld = (imageId: ImageId) => Date.now() - timeOfId(imageId).getTime() >= ORPHANED_AFTER_MS;
