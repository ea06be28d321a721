import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseEnv } from '@imagemill/service';
import { describe, expect, test } from 'vitest';
import { apiEnv } from '../apps/api/src/env.ts';
import { edgeEnv } from '../apps/edge/src/env.ts';
import { workerEnv } from '../apps/worker/src/env.ts';
import { GIVE_BACK_MS } from '../packages/queue/src/render/render-worker.ts';
import { containerOf, environmentOf, podOf } from './kubernetes/containers.ts';
import { kustomizations, type Manifest, manifest, manifestFiles, manifests } from './kubernetes/manifests.ts';
import { schemaErrors } from './kubernetes/schema-errors.ts';
import { api, edge, reconcile, setup, withOwnSecrets, worker, workloads } from './kubernetes/workloads.ts';

const scaled = manifest('ScaledObject', 'imagemill-worker');
const named = (one: Manifest) => `${one.kind} ${one.metadata?.name}`;

describe('the schemas of Kubernetes, KEDA and the Prometheus Operator', () => {
  test.each(manifests.map((one) => [named(one), one] as const))(
    'accept %s, and define all its fields',
    (_name, one) => {
      expect(schemaErrors(one)).toEqual([]);
    },
  );

  test.each([
    ['a field of the wrong type', api, '/spec/replicas', 'two'],
    ['an unknown field', api, '/spec/template/spec/terminationGraceSeconds', 50],
    ['an unknown field in a list', worker, '/spec/template/spec/containers/0/healthProbe', {}],
    ['an unknown field at the top', worker, '/specs', {}],
    ['a missing field', worker, '/spec/selector', undefined],
    ['a probe without a port', api, '/spec/template/spec/containers/0/livenessProbe/httpGet/port', undefined],
    ['an unknown policy of the autoscaler', scaled, '/spec/fallback/behavior', 'panic'],
    ['an unknown field of the autoscaler', scaled, '/spec/cooldown', 60],
    ['a trigger without a type', scaled, '/spec/triggers/0/type', undefined],
  ])('reject %s', (_what, good, path, value) => {
    expect(schemaErrors(changed(good, path, value))).not.toEqual([]);
  });

  function changed(good: Manifest, path: string, value: unknown): Manifest {
    const copy = structuredClone(good);
    const keys = path.split('/').slice(1);
    const last = keys.pop() ?? '';
    const parent = keys.reduce<Record<string, unknown>>((at, key) => at[key] as typeof at, copy as never);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
    return copy;
  }
});

test('the kustomizations include every file except the example of the Secrets', () => {
  const listed = kustomizations.flatMap(({ folder, resources }) => resources.map((name) => `${folder}/${name}`));
  const there = manifestFiles.map(({ file }) => (file.includes('/') ? file : `./${file}`));
  expect(listed.toSorted()).toEqual(there.filter((file) => basename(file) !== 'secrets.example.yaml').toSorted());
  const images = workloads.map(([, workload]) => containerOf(workload).image);
  expect(new Set(images)).toEqual(new Set(kustomizations.flatMap((one) => one.images).map(({ name }) => name)));
});

test('workers and edges do not get the API keys, and all that sign or verify URLs get the signing keys', () => {
  for (const one of [worker, edge]) expect(environmentOf(one)).not.toHaveProperty('API_KEYS');
  for (const one of [api, worker, edge]) expect(environmentOf(one)).toHaveProperty('EDGE_SIGNING_KEYS');
});

describe('ports', () => {
  const port = (workload: typeof api, name: string) =>
    containerOf(workload).ports?.find((one) => one.name === name)?.containerPort;

  test('match the ports that the processes listen on', () => {
    const { PORT, METRICS_PORT } = parseEnv(apiEnv, withOwnSecrets(api));
    const { HEALTH_PORT, METRICS_PORT: ofWorker } = parseEnv(workerEnv, environmentOf(worker));
    expect([port(api, 'http'), port(api, 'metrics')]).toEqual([PORT, METRICS_PORT]);
    expect([port(worker, 'health'), port(worker, 'metrics')]).toEqual([HEALTH_PORT, ofWorker]);
    const { EDGE_PORT, METRICS_PORT: ofEdge } = parseEnv(edgeEnv, environmentOf(edge));
    expect([port(edge, 'http'), port(edge, 'metrics')]).toEqual([EDGE_PORT, ofEdge]);
  });

  test('of probes and Services exist; no Service exposes metrics', () => {
    for (const workload of [api, worker, edge]) {
      const { startupProbe, livenessProbe, readinessProbe } = containerOf(workload);
      for (const probe of [startupProbe, livenessProbe, readinessProbe].filter((one) => one !== undefined)) {
        expect(port(workload, String(probe.httpGet?.port))).toBeGreaterThan(0);
      }
    }
    for (const workload of [api, edge]) {
      const { ports, selector } = manifest('Service', workload.metadata?.name ?? '').spec ?? {};
      expect(ports?.map(({ targetPort }) => targetPort)).toEqual(['http']);
      expect(workload.spec?.template.metadata?.labels).toMatchObject(selector ?? { none: 'at all' });
    }
  });

  test('for metrics are scraped on every pod that has one', () => {
    const { spec } = manifest('PodMonitor', 'imagemill');
    expect(spec.podMetricsEndpoints).toMatchObject([{ port: 'metrics', path: '/metrics' }]);
    const [labels] = kustomizations.find(({ folder }) => folder === '.')?.labels ?? [];
    expect(labels).toEqual({ pairs: spec.selector.matchLabels, includeTemplates: true });
    expect(new Set(kustomizations.map(({ namespace }) => namespace)).size).toBe(1);
  });
});

test.each([
  ['api', api],
  ['worker', worker],
  ['edge', edge],
] as const)('%s selects only its own pods', (name, { spec }) => {
  expect(spec?.template.metadata?.labels).toEqual(spec?.selector.matchLabels);
  expect(spec?.selector.matchLabels).toEqual({ 'app.kubernetes.io/name': `imagemill-${name}` });
});

test('a worker without Redis is not ready, but is not restarted: its jobs would be interrupted', () => {
  expect(containerOf(worker)).not.toHaveProperty('livenessProbe');
  expect(containerOf(worker).readinessProbe?.httpGet?.path).toBe('/healthz');
  for (const one of [api, edge]) {
    expect(containerOf(one).livenessProbe?.httpGet?.path).toBe('/healthz');
    expect(containerOf(one).readinessProbe?.httpGet?.path).toBe('/readyz');
  }
});

test.each([
  ['api', api, apiEnv, 0],
  ['worker', worker, workerEnv, GIVE_BACK_MS],
  ['edge', edge, edgeEnv, 0],
] as const)(
  '%s has a longer termination grace period than its work in flight needs',
  (_name, workload, schema, giveBackMs) => {
    const { SHUTDOWN_GRACE_MS } = parseEnv(schema, withOwnSecrets(workload));
    const preStopMs = 1000 * (containerOf(workload).lifecycle?.preStop?.sleep?.seconds ?? 0);
    const graceMs = 1000 * (podOf(workload).terminationGracePeriodSeconds ?? 30);
    expect(graceMs).toBeGreaterThan(preStopMs + SHUTDOWN_GRACE_MS + giveBackMs);
  },
);

test.each(workloads)('%s has only the privileges that it needs', (_name, workload) => {
  const pod = podOf(workload);
  expect(pod.securityContext).toEqual({
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  expect(containerOf(workload).securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(containerOf(workload).resources).toMatchObject({ requests: {}, limits: { memory: expect.any(String) } });
});

test.each([
  ['a worker', worker, workerEnv],
  ['an edge', edge, edgeEnv],
] as const)('%s has enough memory for its encodes', (_name, workload, schema) => {
  const { ENCODE_CONCURRENCY = 0 } = parseEnv(schema, environmentOf(workload));
  const { requests, limits } = containerOf(workload).resources ?? {};
  expect(ENCODE_CONCURRENCY).toBe(Number(requests?.cpu));
  expect(Number(/^(\d+)Gi$/.exec(String(limits?.memory))?.[1])).toBeGreaterThanOrEqual(0.7 * ENCODE_CONCURRENCY);
});

test.each([
  ['setup', setup],
  ['reconcile', reconcile],
] as const)('%s runs a program of its image', async (_name, workload) => {
  const [node, program = ''] = containerOf(workload).command ?? [];
  expect(node).toBe('node');
  const app = containerOf(workload).image === 'imagemill-api' ? 'apps/api/' : 'apps/worker/';
  expect(program.startsWith(app)).toBe(true);
  await expect(access(new URL(`../${program}`, import.meta.url))).resolves.toBeUndefined();
});
