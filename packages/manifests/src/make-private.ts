import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, isPrivateKey, renditionKey, type Visibility } from '@imagemill/variants';
import type { LiveManifest, Manifest } from './manifest.ts';
import type { Manifests, StoredManifest } from './manifests.ts';

type ReadyManifest = Extract<LiveManifest, { status: 'ready' }>;
type StoredRendition = ReadyManifest['renditions'][number];

/** Who may read the renditions that a manifest names; undefined if it names none. */
export function visibilityOf(manifest: Manifest): Visibility | undefined {
  if (manifest.status !== 'ready' || manifest.renditions.length === 0) return undefined;
  return manifest.renditions.every(({ key }) => isPrivateKey(key)) ? 'signed' : 'public';
}

/** Whether a manifest names renditions that everyone may read. */
export const isPublishedPublicly = (manifest: Manifest | undefined): manifest is ReadyManifest =>
  manifest !== undefined && visibilityOf(manifest) === 'public';

/**
 * Copies the renditions of an image whose category has become private under private keys, and names those in its manifest. The bytes and
 * the revision stay: nothing is rendered, and the original is not needed. The caller deletes the public renditions afterwards. Idempotent.
 *
 * @throws StorageError
 * @throws ManifestConflictError if the manifest was replaced in the meantime
 */
export async function makePrivate(
  { cdn, manifests }: { readonly cdn: ObjectStorage; readonly manifests: Pick<Manifests, 'publish'> },
  stored: StoredManifest,
  signal: AbortSignal,
): Promise<void> {
  const { manifest } = stored;
  if (!isPublishedPublicly(manifest)) return;
  const renditions: StoredRendition[] = [];
  // One after the other: few bytes are in memory.
  for (const rendition of manifest.renditions) {
    const key = renditionKey({ ...manifest, ...rendition, visibility: 'signed' });
    if (await copy(cdn, { from: rendition.key, to: key }, signal)) renditions.push({ ...rendition, key });
  }
  await manifests.publish({ ...manifest, renditions }, stored, { signal });
}

/** @returns false if there is no such object, and no copy */
async function copy(
  cdn: ObjectStorage,
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<boolean> {
  const object = from === to ? undefined : await cdn.open(from, { signal });
  if (!object) return (await cdn.head(to, { signal })) !== undefined;
  const { contentType = 'application/octet-stream', metadata } = object.facts;
  const body = Buffer.concat(await Array.fromAsync(object.body));
  await cdn.put({ key: to, body, contentType, cacheControl: CACHE_PRIVATE, metadata, ifAbsent: true }, { signal });
  return true;
}
