export { createDeletions, type DeletionMarks, type Deletions } from './deletions.ts';
export { ManifestConflictError, OtherTenantsImageError } from './errors.ts';
export { createFinishedImages, type FinishedImages } from './finished-images.ts';
export { type FinishedManifest, type LiveManifest, Manifest } from './manifest.ts';
export { assertOwn, createManifests, type Manifests, type StoredManifest, type TenantManifests } from './manifests.ts';
