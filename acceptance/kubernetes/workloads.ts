import { apiEnv, setupEnv } from '../../apps/api/src/env.ts';
import { edgeEnv } from '../../apps/edge/src/env.ts';
import { reconcileEnv, workerEnv } from '../../apps/worker/src/env.ts';
import { ownSecrets } from '../test-support/own-secrets.ts';
import { environmentOf, podOf, type Workload } from './containers.ts';
import { manifest } from './manifests.ts';

export const api = manifest('Deployment', 'imagemill-api');
export const worker = manifest('Deployment', 'imagemill-worker');
export const edge = manifest('Deployment', 'imagemill-edge');
/** The init container of the API, as a workload of its own. */
export const setup: typeof api = structuredClone(api);
podOf(setup).containers = podOf(api).initContainers ?? [];
export const reconcile = manifest('CronJob', 'imagemill-reconcile');

/** Every workload, with the environment variables that its program reads. */
export const workloads = [
  ['api', api, apiEnv],
  ['worker', worker, workerEnv],
  ['edge', edge, edgeEnv],
  ['bucket set-up', setup, setupEnv],
  ['reconcile', reconcile, reconcileEnv],
] as const;

/** The environment of a workload, with own secrets in place of the placeholders. */
export const withOwnSecrets = (workload: Workload) => ({ ...environmentOf(workload), ...ownSecrets });
