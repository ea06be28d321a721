export { Manifest } from './manifest.ts';
export { createManifests, type Manifests } from './manifests.ts';
