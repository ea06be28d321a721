export { ManifestConflictError } from './errors.ts';
export { Manifest } from './manifest.ts';
export { createManifests, type Manifests, type StoredManifest } from './manifests.ts';
