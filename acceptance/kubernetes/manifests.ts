import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IScaledObject, ITriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import type { IPodMonitor, IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { ICronJob, IJob } from 'kubernetes-models/batch/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IConfigMap, INamespace, ISecret, IService } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** Every kind in deploy/kubernetes. */
export interface Kinds {
  Namespace: INamespace;
  ConfigMap: IConfigMap;
  Secret: ISecret;
  Job: IJob;
  CronJob: ICronJob;
  Deployment: IDeployment;
  Service: IService;
  PodDisruptionBudget: IPodDisruptionBudget;
  HorizontalPodAutoscaler: IHorizontalPodAutoscaler;
  ScaledObject: IScaledObject;
  TriggerAuthentication: ITriggerAuthentication;
  PodMonitor: IPodMonitor;
  PrometheusRule: IPrometheusRule;
}
export type Manifest = Kinds[keyof Kinds];

/** The part of Kustomize's format that our kustomizations use. Rejects unknown fields, as `kubectl` does. */
const Kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string(),
  labels: z
    .array(z.strictObject({ pairs: z.record(z.string(), z.string()), includeTemplates: z.boolean() }))
    .default([]),
  resources: z.array(z.string()),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() })).default([]),
});

const root = fileURLToPath(new URL('../../deploy/kubernetes', import.meta.url));
const files = globSync('**/*.yaml', { cwd: root }).toSorted();

function documents(file: string): unknown[] {
  return parseAllDocuments(readFileSync(join(root, file), 'utf8'), { strict: true, uniqueKeys: true }).map(
    (document) => {
      if (document.errors[0]) throw document.errors[0];
      return document.toJS();
    },
  );
}

const isKustomization = (file: string) => file.endsWith('kustomization.yaml');

/** Every file except the kustomizations, with its content. */
export const manifestFiles = files
  .filter((file) => !isKustomization(file))
  .map((file) => ({ file, manifests: documents(file) as Manifest[] }));

export const manifests = manifestFiles.flatMap((file) => file.manifests);

export const kustomizations = files
  .filter(isKustomization)
  .map((file) => ({ ...Kustomization.parse(documents(file)[0]), folder: dirname(file) }));

/** @throws Error if deploy/kubernetes has no such resource */
export function manifest<Kind extends keyof Kinds>(kind: Kind, name: string): Kinds[Kind] {
  const found = manifests.find((one) => one.kind === kind && one.metadata?.name === name);
  if (!found) throw new Error(`deploy/kubernetes has no ${kind} ${name}.`);
  return found as Kinds[Kind];
}
