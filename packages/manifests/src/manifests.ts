import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, type ImageId, manifestKey, type Tenant } from '@imagemill/variants';
import { ManifestConflictError, OtherTenantsImageError } from './errors.ts';
import { createFinishedImages } from './finished-images.ts';
import { type Manifest, manifestRecord } from './manifest.ts';
import { readRecord } from './read-record.ts';
import { type WrittenAt, writtenAt } from './written-at.ts';

interface CallOptions {
  readonly signal?: AbortSignal;
}

interface Identified {
  readonly imageId: ImageId;
}

/** A manifest as stored in the bucket, with the ETag of this version. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/**
 * Access to the manifests of one tenant. All methods throw StorageError. They throw UnreadableError
 * `unreadable-manifest` if a manifest is truncated or has a newer version.
 */
export interface TenantManifests {
  /** The manifest of a tenant's own image; undefined if it is missing or belongs to another tenant. */
  readOf(tenant: Tenant, imageId: ImageId, options?: CallOptions): Promise<StoredManifest | undefined>;
  /**
   * The commit point of a render. All renditions that the manifest names must already be in the CDN bucket.
   *
   * @param replaces the manifest that existed when the work began, if any
   * @throws ManifestConflictError if another run has committed in the meantime; its manifest is not overwritten
   * @throws OtherTenantsImageError if `replaces` belongs to another tenant
   */
  publish(manifest: Manifest, replaces: StoredManifest | undefined, options?: CallOptions): Promise<void>;
}

/** The records of finished images, in the originals bucket, keyed by image id. */
export interface Manifests extends TenantManifests {
  /** The manifest of any tenant's image, for processes that serve all tenants. The caller must check its tenant. */
  read(imageId: ImageId, options?: CallOptions): Promise<StoredManifest | undefined>;
  /** When the manifest of each of these images was written. The images must be adjacent in the order of rendition keys. */
  writtenAt(images: readonly Identified[], options?: CallOptions): Promise<WrittenAt<Identified>>;
}

export function createManifests(originals: ObjectStorage): Manifests {
  const finishedImages = createFinishedImages(originals);

  async function read(imageId: ImageId, options?: CallOptions): Promise<StoredManifest | undefined> {
    const record = { code: 'unreadable-manifest', parse: manifestRecord.stored.parse } as const;
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
          body: Buffer.from(JSON.stringify(manifestRecord.write(manifest))),
          contentType: 'application/json',
          cacheControl: CACHE_PRIVATE,
          ...condition,
        },
        options,
      );
      if (outcome === 'precondition-failed') throw new ManifestConflictError();
      // After the manifest: an entry without a manifest would hide an unfinished image from the reconciler.
      if (manifest.status !== 'deleted') await finishedImages.add(manifest, options);
    },
  };
}

/** @throws OtherTenantsImageError if the manifest exists and belongs to another tenant */
export function assertOwn(stored: StoredManifest | undefined, tenant: Tenant): void {
  if (stored && stored.manifest.tenant !== tenant) throw new OtherTenantsImageError();
}
