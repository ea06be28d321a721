import { UnreadableError } from '@imagemill/errors';
import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, type ImageId, manifestKey, type Tenant } from '@imagemill/variants';
import { ManifestConflictError } from './errors.ts';
import { Manifest } from './manifest.ts';

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** A manifest as it lies in the bucket; its ETag says which writing of it this is. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/** The records of finished images, in the originals bucket. Every call throws StorageError when the storage fails. */
export interface Manifests {
  /** @throws UnreadableError `unreadable-manifest` for one that is cut off, or of another version */
  read(image: { tenant: Tenant; imageId: ImageId }, options?: CallOptions): Promise<StoredManifest | undefined>;
  /**
   * The commit point of a render: whatever the manifest names must be in the CDN bucket by now.
   *
   * @param replaces the manifest that was there when the work began, if one was
   * @throws ManifestConflictError when another run has committed since: nothing of its was overwritten
   */
  publish(manifest: Manifest, replaces: StoredManifest | undefined, options?: CallOptions): Promise<void>;
}

export function createManifests(originals: ObjectStorage): Manifests {
  return {
    async read(image, options) {
      const object = await originals.open(manifestKey(image), options);
      if (!object) return undefined;
      const text = Buffer.concat(await Array.fromAsync(object.body)).toString('utf8');
      return { manifest: parse(text), etag: object.facts.etag };
    },

    async publish(manifest, replaces, options) {
      const condition = replaces ? { ifMatch: replaces.etag } : { ifAbsent: true };
      const { outcome } = await originals.put(
        {
          key: manifestKey(manifest),
          body: Buffer.from(JSON.stringify(Manifest.parse(manifest))),
          contentType: 'application/json',
          cacheControl: CACHE_PRIVATE,
          ...condition,
        },
        options,
      );
      if (outcome === 'precondition-failed') throw new ManifestConflictError();
    },
  };
}

function parse(text: string): Manifest {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (error) {
    throw new UnreadableError('unreadable-manifest', error);
  }
}
