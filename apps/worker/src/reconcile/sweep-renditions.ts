import { ImageId, renditionFolder, Tenant, timeOfId } from '@imagemill/variants';
import { deleteFolder } from '../delete-image.ts';
import { idsBetween, rangeOf } from './ids-between.ts';
import type { Finding, ReconcileServices, Sweep } from './sweep.ts';

const PREFIX = 'images/';
const IMAGES_A_PAGE = 2_000;
/** Longer than any upload URL's job lives, with its retries: what nobody knows of by then is nobody's. */
const ORPHANED_AFTER_MS = 8 * 24 * 3600_000;

/** Every rendition belongs to an image that still has a manifest, an original or a job, and to its revision. */
export const sweepRenditions: Sweep = async (services, after, signal) => {
  const { revisions, next } = await imagesAfter(services, after, signal);
  if (revisions.size === 0) return { examined: 0, findings: [], next };
  const known = await knownImages(services, [...revisions.keys()], signal);
  const findings: Finding[] = [];
  for (const [id, found] of revisions) {
    const imageId = ImageId.safeParse(id).data;
    if (!imageId) continue;
    const tenant = known.get(id);
    if (tenant === undefined) findings.push(...(await orphan(services, imageId, signal)));
    else if (found.size > 1) findings.push(...(await superseded(services, { tenant, imageId, found }, signal)));
  }
  return { examined: revisions.size, findings, next };
};

async function orphan({ queue, cdn }: ReconcileServices, imageId: ImageId, signal: AbortSignal): Promise<Finding[]> {
  if (!isOld(imageId) || (await queue.find(imageId))) return [];
  const repair = () => deleteFolder(cdn, renditionFolder({ imageId }), signal);
  return [{ kind: 'rendition-without-manifest', imageId, repair }];
}

async function superseded(
  { manifests, cdn, oldRevisionGraceMs }: ReconcileServices,
  { tenant, imageId, found }: { tenant: Tenant; imageId: ImageId; found: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<Finding[]> {
  const manifest = (await manifests.read({ tenant, imageId }, { signal }))?.manifest;
  if (manifest?.status !== 'ready' || Date.now() - Date.parse(manifest.readyAt) < oldRevisionGraceMs) return [];
  const old = [...found].filter((revision) => revision !== manifest.revision);
  const repair = async () => {
    for (const revision of old) await deleteFolder(cdn, `${renditionFolder({ imageId })}${revision}/`, signal);
  };
  return [{ kind: 'superseded-rendition', imageId, tenant, repair }];
}

/** The next images that have renditions, in the order of their ids, and the revisions of these. */
async function imagesAfter({ cdn }: ReconcileServices, after: string | undefined, signal: AbortSignal) {
  const revisions = new Map<string, Set<string>>();
  let startAfter = after;
  do {
    const { objects, nextAfter } = await cdn.list({ prefix: PREFIX, startAfter, signal });
    for (const { key } of objects) {
      const [id = '', revision = ''] = key.slice(PREFIX.length).split('/', 2);
      revisions.set(id, (revisions.get(id) ?? new Set()).add(revision));
    }
    startAfter = nextAfter;
  } while (startAfter !== undefined && revisions.size < IMAGES_A_PAGE);
  return { revisions, next: startAfter };
}

/** Whose the images are. A rendition's key does not say it, so every tenant is asked for the range. */
async function knownImages({ originals }: ReconcileServices, ids: readonly string[], signal: AbortSignal) {
  const range = rangeOf(ids);
  const known = new Map<string, Tenant>();
  for (const prefix of await foldersOfImages(originals, signal)) {
    const tenant = Tenant.parse(prefix.split('/')[1]);
    for (const id of (await idsBetween(originals, prefix, range, signal)).keys()) known.set(id, tenant);
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
