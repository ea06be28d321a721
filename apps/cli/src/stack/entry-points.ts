import { fileURLToPath } from 'node:url';

const app = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The programs that every deployment runs. */
export const entryPoints = {
  setup: app('api/src/setup.ts'),
  doctor: app('api/src/doctor.ts'),
  api: app('api/src/main.ts'),
  worker: app('worker/src/main.ts'),
  edge: app('edge/src/main.ts'),
  buildConsole: app('console/build/build-console.ts'),
  layers: app('worker/src/layers.ts'),
  reconcile: app('worker/src/reconcile-once.ts'),
};
