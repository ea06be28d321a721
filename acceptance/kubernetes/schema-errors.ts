import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import type { Kinds } from './manifests.ts';

/** The schemas of Kubernetes, KEDA and the Prometheus Operator, compiled from their sources by kubernetes-models. */
const models = {
  Namespace,
  ConfigMap,
  Secret,
  ServiceAccount,
  NetworkPolicy,
  CronJob,
  Deployment,
  Service,
  PodDisruptionBudget,
  HorizontalPodAutoscaler,
  ScaledObject,
  TriggerAuthentication,
  PodMonitor,
  PrometheusRule,
} satisfies { [Kind in keyof Kinds]: { prototype: { validate(): void } } };

interface TypeMeta {
  readonly kind?: string;
}

/** The schema errors of a resource; unknown fields are errors too. */
export function schemaErrors(manifest: TypeMeta): readonly string[] {
  const model = models[manifest.kind as keyof Kinds];
  if (!model) return [`no schema for kind ${manifest.kind}`];
  const read = new Set<string>();
  try {
    // A compiled schema reads only the fields that it defines: fields that it does not read are unknown.
    model.prototype.validate.call(recorded(manifest, '', read) as never);
  } catch (error) {
    return [(error as Error).message];
  }
  return fieldsOf(manifest, '')
    .filter((path) => !read.has(path))
    .map((path) => `data${path} is not a known field`);
}

/** The same value, recording the path of every field that is read. */
function recorded<T extends object>(value: T, path: string, read: Set<string>): T {
  return new Proxy(value, {
    get(target, key) {
      const field: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return field;
      const fieldPath = `${path}/${key}`;
      read.add(fieldPath);
      return typeof field === 'object' && field !== null ? recorded(field, fieldPath, read) : field;
    },
  });
}

/** The path of every field, at every depth. */
function fieldsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => [`${path}/${key}`, ...fieldsOf(field, `${path}/${key}`)]);
}
