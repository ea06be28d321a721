import type { ObjectStorage } from '@imagemill/storage';
import { CACHE_PRIVATE, type ImageId, manifestKey, type Tenant } from '@imagemill/variants';
import { Manifest } from './manifest.ts';

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** The records of finished images, in the originals bucket. Every call throws StorageError when the storage fails. */
export interface Manifests {
  read(image: { tenant: Tenant; imageId: ImageId }, options?: CallOptions): Promise<Manifest | undefined>;
  /** The commit point of a render: whatever the manifest names must be in the CDN bucket by now. */
  publish(manifest: Manifest, options?: CallOptions): Promise<void>;
}

export function createManifests(originals: ObjectStorage): Manifests {
  return {
    async read(image, options) {
      const object = await originals.open(manifestKey(image), options);
      if (!object) return undefined;
      const text = Buffer.concat(await Array.fromAsync(object.body)).toString('utf8');
      return Manifest.parse(JSON.parse(text));
    },

    async publish(manifest, options) {
      const body = Buffer.from(JSON.stringify(Manifest.parse(manifest)));
      const key = manifestKey(manifest);
      await originals.put({ key, body, contentType: 'application/json', cacheControl: CACHE_PRIVATE }, options);
    },
  };
}
