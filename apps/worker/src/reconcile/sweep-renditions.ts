import { ImageId, renditionFolder, timeOfId } from '@imagemill/variants';
import { deleteFolder } from '../delete-image.ts';
import { idsBetween, rangeOf } from './ids-between.ts';
import type { Finding, ReconcileServices, Sweep } from './sweep.ts';

const PREFIX = 'images/';
const IMAGES_A_PAGE = 2_000;
/** Longer than any upload URL's job lives, with its retries: what nobody knows of by then is nobody's. */
const ORPHANED_AFTER_MS = 8 * 24 * 3600_000;

/** Every rendition belongs to an image that still has a manifest, an original or a job. */
export const sweepRenditions: Sweep = async (services, after, signal) => {
  const { ids, next } = await imagesAfter(services, after, signal);
  if (ids.length === 0) return { examined: 0, findings: [], next };
  const known = await knownImages(services, ids, signal);
  const unknown = ids.filter((id) => !known.has(id)).flatMap((id) => ImageId.safeParse(id).data ?? []);
  const findings: Finding[] = [];
  for (const imageId of unknown) {
    if (!isOld(imageId) || (await services.queue.find(imageId))) continue;
    const repair = () => deleteFolder(services.cdn, renditionFolder({ imageId }), signal);
    findings.push({ kind: 'rendition-without-manifest', imageId, repair });
  }
  return { examined: ids.length, findings, next };
};

/** The next images that have renditions, in the order of their ids. */
async function imagesAfter({ cdn }: ReconcileServices, after: string | undefined, signal: AbortSignal) {
  const ids = new Set<string>();
  let startAfter = after;
  do {
    const { objects, nextAfter } = await cdn.list({ prefix: PREFIX, startAfter, signal });
    for (const { key } of objects) ids.add(key.slice(PREFIX.length).split('/', 1)[0] ?? '');
    startAfter = nextAfter;
  } while (startAfter !== undefined && ids.size < IMAGES_A_PAGE);
  return { ids: [...ids], next: startAfter };
}

/** A rendition's key does not say whose it is, so every tenant is asked for the range. */
async function knownImages({ originals }: ReconcileServices, ids: readonly string[], signal: AbortSignal) {
  const range = rangeOf(ids);
  const known = new Set<string>();
  for (const prefix of await foldersOfImages(originals, signal)) {
    for (const id of (await idsBetween(originals, prefix, range, signal)).keys()) known.add(id);
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
