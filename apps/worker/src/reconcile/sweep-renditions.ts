import { ImageId, renditionFolder, Tenant, timeOfId } from '@imagemill/variants';
import { deleteFolder } from '../render/delete-image.ts';
import { idsBetween, rangeOf } from './ids-between.ts';
import { type Finding, foundBy, isSettled, type ReconcileServices, type Sweep } from './sweep.ts';

const PREFIX = 'images/';
const IMAGES_A_PAGE = 2_000;
/** Longer than any upload URL's job lives, with its retries: what nobody knows of by then is nobody's. */
const ORPHANED_AFTER_MS = 8 * 24 * 3600_000;

/** Every rendition belongs to an image that still has a manifest, an original or a job, and to its revision. */
export const sweepRenditions: Sweep = async (services, after, signal) => {
  const { images, next } = await imagesAfter(services, after, signal);
  if (images.size === 0) return { examined: 0, findings: [], next };
  const known = await knownImages(services, [...images.keys()], signal);
  const findings: Finding[] = [];
  for (const [id, revisions] of images) {
    const imageId = ImageId.safeParse(id).data;
    if (!imageId) continue;
    const owner = known.get(id);
    if (!owner) {
      findings.push(...(await foundBy(orphan(services, imageId, signal), { imageId })));
      continue;
    }
    const image = { ...owner, imageId, revisions };
    if (isLaterThanManifest(image)) findings.push(...(await foundBy(ofDeleted(services, image, signal), image)));
    if (revisions.size > 1) findings.push(...(await foundBy(superseded(services, image, signal), image)));
  }
  return { examined: images.size, findings, next };
};

async function orphan({ queue, cdn }: ReconcileServices, imageId: ImageId, signal: AbortSignal): Promise<Finding[]> {
  if (!isOld(imageId) || (await queue.find(imageId))) return [];
  const repair = () => deleteFolder(cdn, renditionFolder({ imageId }), signal);
  return [{ kind: 'rendition-without-manifest', imageId, repair }];
}

/** A manifest is written after its renditions, so this is rare: a run that lost its lock, or one that is under way. */
const isLaterThanManifest = ({ manifestAt, revisions }: KnownImage) =>
  manifestAt !== undefined &&
  [...revisions.values()].some((writtenAt) => writtenAt > manifestAt && isSettled(writtenAt));

/** What a worker that was paused wrote after the deletion had gone over the image must not stay public. */
async function ofDeleted(
  { manifests, cdn }: ReconcileServices,
  { tenant, imageId }: KnownImage,
  signal: AbortSignal,
): Promise<Finding[]> {
  const manifest = (await manifests.read({ tenant, imageId }, { signal }))?.manifest;
  if (manifest?.status !== 'deleted') return [];
  const repair = () => deleteFolder(cdn, renditionFolder({ imageId }), signal);
  return [{ kind: 'rendition-of-deleted-image', imageId, tenant, repair }];
}

/** Of a revision that the image has no more. Not while a job may be making one that it does not have yet. */
async function superseded(
  { manifests, cdn, queue, oldRevisionGraceMs }: ReconcileServices,
  { tenant, imageId, revisions }: KnownImage,
  signal: AbortSignal,
): Promise<Finding[]> {
  const isOver = (time: Date) => Date.now() - time.getTime() >= oldRevisionGraceMs;
  const manifest = (await manifests.read({ tenant, imageId }, { signal }))?.manifest;
  if (manifest?.status !== 'ready' || !isOver(new Date(manifest.readyAt))) return [];
  const job = await queue.find(imageId);
  if (job && job.status !== 'ready') return [];
  const old = [...revisions].filter(([revision, writtenAt]) => revision !== manifest.revision && isOver(writtenAt));
  if (old.length === 0) return [];
  const repair = async () => {
    for (const [revision] of old) await deleteFolder(cdn, `${renditionFolder({ imageId })}${revision}/`, signal);
  };
  return [{ kind: 'superseded-rendition', imageId, tenant, repair }];
}

interface Owner {
  readonly tenant: Tenant;
  readonly manifestAt: Date | undefined;
}

interface KnownImage extends Owner {
  readonly imageId: ImageId;
  /** When the newest rendition of each revision was written. */
  readonly revisions: ReadonlyMap<string, Date>;
}

/** The next images that have renditions, in the order of their ids. */
async function imagesAfter({ cdn }: ReconcileServices, after: string | undefined, signal: AbortSignal) {
  const images = new Map<string, Map<string, Date>>();
  let startAfter = after;
  do {
    const { objects, nextAfter } = await cdn.list({ prefix: PREFIX, startAfter, signal });
    for (const { key, modifiedAt } of objects) {
      const [id = '', revision = ''] = key.slice(PREFIX.length).split('/', 2);
      const revisions = images.get(id) ?? new Map<string, Date>();
      const newest = revisions.get(revision);
      if (newest === undefined || newest < modifiedAt) revisions.set(revision, modifiedAt);
      images.set(id, revisions);
    }
    startAfter = nextAfter;
  } while (startAfter !== undefined && images.size < IMAGES_A_PAGE);
  return { images, next: startAfter };
}

/** Whose the images are. A rendition's key does not say it, so every tenant is asked for the range. */
async function knownImages({ originals }: ReconcileServices, ids: readonly string[], signal: AbortSignal) {
  const range = rangeOf(ids);
  const known = new Map<string, Owner>();
  for (const prefix of await foldersOfImages(originals, signal)) {
    const [folder, name] = prefix.split('/');
    const tenant = Tenant.parse(name);
    for (const [id, writtenAt] of await idsBetween(originals, prefix, range, signal)) {
      const manifestAt = folder === 'manifests' ? writtenAt : known.get(id)?.manifestAt;
      known.set(id, { tenant, manifestAt });
    }
  }
  return known;
}

async function foldersOfImages(originals: ReconcileServices['originals'], signal: AbortSignal): Promise<string[]> {
  const manifests = (await originals.folders('manifests/', { signal })).map((tenant) => `manifests/${tenant}/`);
  const folders = [...manifests];
  for (const tenant of await originals.folders('originals/', { signal })) {
    const categories = await originals.folders(`originals/${tenant}/`, { signal });
    folders.push(...categories.map((category) => `originals/${tenant}/${category}/`));
  }
  return folders;
}

const isOld = (imageId: ImageId) => Date.now() - timeOfId(imageId).getTime() >= ORPHANED_AFTER_MS;
