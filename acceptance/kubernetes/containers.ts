import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import { manifest, nameOf } from './manifests.ts';

export type Workload = IDeployment | ICronJob;

export function podOf(workload: Workload) {
  const job = workload.kind === 'CronJob' ? workload.spec?.jobTemplate : workload;
  const pod = job?.spec?.template.spec;
  if (!pod) throw new Error(`${workload.metadata?.name} has no pod.`);
  return pod;
}

export const labelsOf = (workload: Workload) =>
  (workload.kind === 'CronJob' ? workload.spec?.jobTemplate.spec : workload.spec)?.template.metadata?.labels;

export function containerOf(workload: Workload) {
  const [container] = podOf(workload).containers;
  if (!container) throw new Error(`${workload.metadata?.name} has no container.`);
  return container;
}

/** The environment of a workload's container: its ConfigMaps and Secrets in deploy/kubernetes, then its own variables. */
export function environmentOf(workload: Workload): Readonly<Record<string, string>> {
  const { env = [], envFrom = [] } = containerOf(workload);
  const shared = envFrom.map(({ configMapRef, secretRef }) =>
    configMapRef
      ? manifest('ConfigMap', nameOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata: configMapRef })).data
      : manifest('Secret', secretRef?.name ?? '').stringData,
  );
  return Object.assign({}, ...shared, Object.fromEntries(env.map(({ name, value }) => [name, value])));
}
