export { failedManifest, readyManifest, rejectedManifest, type Subject } from './build-manifest.ts';
export { createDeletions, type DeletionMarks, type Deletions } from './deletions.ts';
export { ManifestConflictError, OtherTenantsImageError } from './errors.ts';
export { createFinishedImages, type FinishedImages } from './finished-images.ts';
export { type FinishedManifest, type LiveManifest, Manifest } from './manifest.ts';
export { assertOwn, createManifests, type Manifests, type StoredManifest, type TenantManifests } from './manifests.ts';
export { deleteOriginal, findOriginal, listOriginals, readOriginal, type Upload } from './originals.ts';
export { DIGEST_METADATA, putRendition } from './put-rendition.ts';
export { deleteRenditions, listRenderedImages, type RenderedImage } from './renditions.ts';
