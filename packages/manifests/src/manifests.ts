import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, type ImageId, manifestKey, type Tenant } from '@imagemill/variants';
import { ManifestConflictError, OtherTenantsImageError } from './errors.ts';
import { createFinishedImages } from './finished-images.ts';
import { Manifest } from './manifest.ts';
import { readRecord } from './read-record.ts';
import { type WrittenAt, writtenAt } from './written-at.ts';

interface CallOptions {
  readonly signal?: AbortSignal;
}

interface Identified {
  readonly imageId: ImageId;
}

/** A manifest as it lies in the bucket; its ETag says which writing of it this is. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/**
 * What a tenant's request may do with manifests: it reads its own. Throws StorageError when the storage fails, and
 * UnreadableError `unreadable-manifest` for one that is cut off, or of a later version.
 */
export interface TenantManifests {
  /** The manifest of a tenant's own image; undefined for another tenant's image, as for one that is not there. */
  readOf(tenant: Tenant, imageId: ImageId, options?: CallOptions): Promise<StoredManifest | undefined>;
  /**
   * The commit point of a render: each rendition that the manifest names must be in the CDN bucket by now.
   *
   * @param replaces the manifest that was there when the work began, if one was
   * @throws ManifestConflictError when another run has committed since: nothing of its was overwritten
   * @throws OtherTenantsImageError when `replaces` is another tenant's
   */
  publish(manifest: Manifest, replaces: StoredManifest | undefined, options?: CallOptions): Promise<void>;
}

/** The records of finished images, in the originals bucket, found by id alone. */
export interface Manifests extends TenantManifests {
  /** Anyone's manifest, for processes that serve no single tenant. Their next step must look at its tenant. */
  read(imageId: ImageId, options?: CallOptions): Promise<StoredManifest | undefined>;
  /** When the manifest of each of these images was written. They must be neighbours in the order of rendition keys. */
  writtenAt(images: readonly Identified[], options?: CallOptions): Promise<WrittenAt<Identified>>;
}

export function createManifests(originals: ObjectStorage): Manifests {
  const finishedImages = createFinishedImages(originals);

  async function read(imageId: ImageId, options?: CallOptions): Promise<StoredManifest | undefined> {
    const record = { code: 'unreadable-manifest', parse: Manifest.parse } as const;
    const stored = await readRecord(originals, manifestKey(imageId), record, options);
    return stored && { manifest: stored.record, etag: stored.etag };
  }

  return {
    read,

    async readOf(tenant, imageId, options) {
      const stored = await read(imageId, options);
      return stored?.manifest.tenant === tenant ? stored : undefined;
    },

    writtenAt: (images, options) => writtenAt(originals, images, ({ imageId }) => manifestKey(imageId), options),

    async publish(manifest, replaces, options) {
      assertOwn(replaces, manifest.tenant);
      const condition = replaces ? { ifMatch: replaces.etag } : { ifAbsent: true };
      const { outcome } = await originals.put(
        {
          key: manifestKey(manifest.imageId),
          body: Buffer.from(JSON.stringify(Manifest.parse(manifest))),
          contentType: 'application/json',
          cacheControl: CACHE_PRIVATE,
          ...condition,
        },
        options,
      );
      if (outcome === 'precondition-failed') throw new ManifestConflictError();
      // After the manifest: an entry without one would hide an unfinished image from the reconciler.
      if (manifest.status !== 'deleted') await finishedImages.add(manifest, options);
    },
  };
}

/** @throws OtherTenantsImageError when a manifest is there and belongs to another tenant */
export function assertOwn(stored: StoredManifest | undefined, tenant: Tenant): void {
  if (stored && stored.manifest.tenant !== tenant) throw new OtherTenantsImageError();
}
