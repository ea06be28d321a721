import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { environmentOf } from './kubernetes/containers.ts';
import { manifest } from './kubernetes/manifests.ts';
import { metricNames } from './test-support/metrics.ts';

const api = manifest('Deployment', 'imagemill-api');
const worker = manifest('Deployment', 'imagemill-worker');
const scaled = manifest('ScaledObject', 'imagemill-worker');

describe('the autoscaler', () => {
  const trigger = scaled.spec.triggers[0];
  const secret = manifest('Secret', 'imagemill-autoscaler');

  test('scales the workers from and to zero, and nothing else sets their replicas', () => {
    expect(scaled.spec.scaleTargetRef).toEqual({ name: worker.metadata?.name });
    expect(scaled.spec.minReplicaCount).toBe(0);
    expect(worker.spec).not.toHaveProperty('replicas');
  });

  test("reads the backlog with valid settings of KEDA's metrics-api scaler", () => {
    expect(scaled.spec.triggers).toHaveLength(1);
    expect(trigger).toMatchObject({ type: 'metrics-api', metricType: 'AverageValue' });
    const known = ['url', 'format', 'valueLocation', 'targetValue', 'activationTargetValue', 'authMode', 'unsafeSsl'];
    expect(known).toEqual(expect.arrayContaining(Object.keys(trigger?.metadata ?? {})));
  });

  test("reaches the API's Service by a name that resolves in every namespace", () => {
    const { hostname, port, protocol } = new URL(trigger?.metadata.url ?? '');
    const service = manifest('Service', 'imagemill-api');
    const namespace = manifest('Namespace', 'imagemill').metadata?.name;
    expect(hostname).toBe(`${service.metadata?.name}.${namespace}.svc.cluster.local`);
    expect([protocol, Number(port || 80)]).toEqual(['http:', service.spec?.ports?.[0]?.port]);
    expect(service.metadata?.namespace).toBe(namespace);
  });

  test('authenticates with a key that the API accepts, as a bearer token', () => {
    const authentication = manifest('TriggerAuthentication', trigger?.authenticationRef?.name ?? '');
    const [reference] = authentication.spec.secretTargetRef ?? [];
    expect(trigger?.metadata.authMode).toBe('bearer');
    expect(reference).toEqual({ parameter: 'token', name: secret.metadata?.name, key: 'token' });
    const hash = createHash('sha256')
      .update(secret.stringData?.token ?? '')
      .digest('hex');
    // A key that reads the backlog and nothing else.
    expect(environmentOf(api).API_KEYS).toMatch(new RegExp(`:metrics:${hash}$`));
  });
});

describe("the edge's autoscaler", () => {
  const { spec } = manifest('HorizontalPodAutoscaler', 'imagemill-edge');
  const [renders, cpu] = spec?.metrics ?? [];

  test('scales the edge, and nothing else sets its replicas', () => {
    const edge = manifest('Deployment', 'imagemill-edge');
    expect(spec?.scaleTargetRef).toEqual({ apiVersion: edge.apiVersion, kind: edge.kind, name: edge.metadata?.name });
    expect(edge.spec).not.toHaveProperty('replicas');
    expect(spec?.minReplicas).toBeGreaterThanOrEqual(2);
  });

  test('reads the length of the render queue, a metric of each pod, and the CPU where no adapter serves that', () => {
    const { metric, target } = renders?.pods ?? {};
    expect(metricNames()).toContain(metric?.name);
    expect(metric?.selector).toEqual({ matchLabels: { state: 'waiting' } });
    expect(target?.type).toBe('AverageValue');
    expect(cpu?.resource).toMatchObject({ name: 'cpu', target: { type: 'Utilization' } });
  });
});
