export { createDeletions, type Deletions } from './deletions.ts';
export { ManifestConflictError } from './errors.ts';
export { type FinishedManifest, type LiveManifest, Manifest } from './manifest.ts';
export { createManifests, type Manifests, type StoredManifest } from './manifests.ts';
