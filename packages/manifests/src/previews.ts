import type { ObjectStorage, PresignedDownload } from '@imagemill/storage';
import { CACHE_PRIVATE, type ImageId, parsePreviewKey, prefixes, previewKey } from '@imagemill/variants';

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

interface ListedPreview {
  readonly imageId: ImageId;
  readonly writtenAt: Date;
}

/**
 * Small pictures that moderation sees, in the originals bucket: one for each image that is held, or whose verdict is being asked for. Their
 * listing is the list of held images.
 */
export interface Previews {
  /** Replaces an earlier one. All methods throw StorageError. */
  put(imageId: ImageId, jpeg: Uint8Array, options?: CallOptions): Promise<void>;
  /** Deleting a missing preview succeeds. */
  delete(imageId: ImageId, options?: CallOptions): Promise<void>;
  /** A URL that reads the preview without credentials until it expires. */
  url(imageId: ImageId, expiresInSeconds: number): Promise<PresignedDownload>;
  /** A page, the oldest image first. `next` is the `after` of the next page; undefined after the last. */
  list(
    page: CallOptions & { readonly after?: ImageId | undefined; readonly limit?: number | undefined },
  ): Promise<{ readonly previews: readonly ListedPreview[]; readonly next: ImageId | undefined }>;
}

export function createPreviews(originals: ObjectStorage): Previews {
  return {
    async put(imageId, body, options) {
      const object = { key: previewKey(imageId), body, contentType: 'image/jpeg', cacheControl: CACHE_PRIVATE };
      await originals.put(object, options);
    },
    delete: (imageId, options) => originals.delete(previewKey(imageId), options),
    url: (imageId, expiresInSeconds) => originals.presignDownload({ key: previewKey(imageId), expiresInSeconds }),
    async list({ after, ...page }) {
      const startAfter = after && previewKey(after);
      const { objects, nextAfter } = await originals.list({ prefix: prefixes.previews, startAfter, ...page });
      const previews = objects.flatMap(({ key, modifiedAt }) => {
        const imageId = parsePreviewKey(key);
        return imageId ? [{ imageId, writtenAt: modifiedAt }] : [];
      });
      return { previews, next: nextAfter === undefined ? undefined : previews.at(-1)?.imageId };
    },
  };
}
