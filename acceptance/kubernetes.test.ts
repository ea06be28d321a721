import { access, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from '@imagemill/service';
import { describe, expect, onTestFinished, test } from 'vitest';
import { apiEnv } from '../apps/api/src/env.ts';
import { edgeEnv } from '../apps/edge/src/env.ts';
import { workerEnv } from '../apps/worker/src/env.ts';
import { GIVE_BACK_MS } from '../packages/queue/src/render/render-worker.ts';
import { containerOf, environmentOf, labelsOf, podOf } from './kubernetes/containers.ts';
import { example, type Manifest, manifest, manifests, nameOf, rendered } from './kubernetes/manifests.ts';
import { schemaErrors } from './kubernetes/schema-errors.ts';
import { api, edge, reconcile, setup, withOwnSecrets, worker, workloads } from './kubernetes/workloads.ts';

const small = rendered('overlays/small');

const scaled = manifest('ScaledObject', 'imagemill-worker');
const named = (one: Manifest) => `${one.kind} ${nameOf(one)}`;

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

describe('the overlays', () => {
  test('small is valid, and needs neither KEDA nor the Prometheus Operator', () => {
    expect(small.flatMap(schemaErrors)).toEqual([]);
    expect(small.filter(({ apiVersion }) => /keda|monitoring/.test(apiVersion ?? ''))).toEqual([]);
    const replicas = small.flatMap((one) => (one.kind === 'Deployment' ? [one.spec?.replicas ?? 1] : []));
    expect(replicas).toEqual([1, 1, 1]);
  });

  test('render every file of the base and the components, and put the images of the example everywhere', () => {
    expect(example.map(named).toSorted()).toEqual(expect.arrayContaining(small.map(named)));
    for (const [, workload] of workloads) {
      expect(containerOf(workload).image).toMatch(/^registry\.example\.com\/imagemill-(api|worker|edge):\d/);
    }
  });

  test('contain no Job: a Job cannot be changed by a later apply', () => {
    expect([...example, ...small].filter(({ kind }) => String(kind) === 'Job')).toEqual([]);
  });

  test('a changed setting renames the ConfigMap, which restarts the pods', () => {
    const [before, after] = [manifest('ConfigMap', 'imagemill'), manifest('ConfigMap', 'imagemill', small)];
    expect(before.metadata?.name).not.toBe(after.metadata?.name);
  });

  test('another namespace is an option of your own kustomization', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kustomize-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await cp(new URL('../deploy/kubernetes', import.meta.url), folder, { recursive: true });
    const file = join(folder, 'example/kustomization.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('namespace: imagemill', 'namespace: pictures'));
    const moved = rendered('example', folder);
    expect(
      new Set(moved.map((one) => (one.kind === 'Namespace' ? one.metadata?.name : one.metadata?.namespace))),
    ).toEqual(new Set(['pictures']));
    const [trigger] = manifest('ScaledObject', 'imagemill-worker', moved).spec.triggers;
    expect(trigger?.metadata.url).toBe('http://imagemill-api.pictures.svc.cluster.local/v1/backlog');
  });
});

describe('the network policies', () => {
  const policies = example.filter((one) => one.kind === 'NetworkPolicy');

  test('select every pod, and deny what they do not allow', () => {
    const all = manifest('NetworkPolicy', 'imagemill').spec;
    expect(all?.policyTypes).toEqual(['Ingress', 'Egress']);
    for (const [, workload] of workloads) {
      expect(labelsOf(workload)).toMatchObject(all?.podSelector?.matchLabels ?? { none: 'at all' });
    }
  });

  test('let in no other port than those of the API, the edge and metrics', () => {
    const rules = policies.flatMap(({ spec }) => spec?.ingress ?? []);
    expect(rules.map(({ ports }) => ports)).toEqual([[{ port: 'metrics' }], [{ port: 'http' }], [{ port: 'http' }]]);
    for (const { spec } of policies.filter((one) => one.spec?.ingress?.some(({ from }) => !from))) {
      const selected = [api, worker, edge].filter(
        (one) =>
          labelsOf(one)?.['app.kubernetes.io/name'] === spec?.podSelector?.matchLabels?.['app.kubernetes.io/name'],
      );
      expect(selected.map((one) => containerOf(one).ports?.some(({ name }) => name === 'http'))).toEqual([true]);
    }
  });

  test("never allow the addresses that hand out a node's credentials", () => {
    const rules = policies.flatMap(({ spec }) => spec?.egress ?? []);
    expect(rules.every(({ to }) => to !== undefined)).toBe(true);
    const blocks = rules.flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => ipBlock ?? []));
    const excepted = blocks.map(
      ({ except }) => except?.filter((cidr) => /^(169\.254\.0\.0\/16|fe80::\/10)$/.test(cidr)).length,
    );
    expect(excepted).toEqual([1, 1, 1, 1]);
  });
});

test('each program has a service account of its own, and mounts no token', () => {
  const accounts = [api, worker, edge, reconcile].map((one) => podOf(one).serviceAccountName ?? '');
  expect(new Set(accounts).size).toBe(4);
  for (const name of accounts) expect(manifest('ServiceAccount', name).automountServiceAccountToken).toBe(false);
});

test.each([
  ['api', api],
  ['worker', worker],
  ['edge', edge],
] as const)('%s has a disruption budget, and is spread over nodes and zones', (name, workload) => {
  const { spec } = manifest('PodDisruptionBudget', `imagemill-${name}`);
  expect(spec?.selector).toEqual(workload.spec?.selector);
  expect(podOf(workload).topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)).toEqual([
    'kubernetes.io/hostname',
    'topology.kubernetes.io/zone',
  ]);
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
    for (const [, workload] of workloads)
      expect(labelsOf(workload)).toMatchObject(spec.selector.matchLabels ?? { none: 'at all' });
  });
});

test.each([
  ['api', api],
  ['worker', worker],
  ['edge', edge],
] as const)('%s selects only its own pods', (name, { spec }) => {
  expect(spec?.template.metadata?.labels).toMatchObject(spec?.selector.matchLabels ?? { none: 'at all' });
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
  expect(ENCODE_CONCURRENCY).toBe(Number(requests?.cpu) + 1);
  expect(Number(/^(\d+)Gi$/.exec(String(limits?.memory))?.[1])).toBeGreaterThanOrEqual(0.7 * ENCODE_CONCURRENCY);
});

test.each([
  ['setup', setup],
  ['reconcile', reconcile],
] as const)('%s runs a program of its image', async (_name, workload) => {
  const [node, program = ''] = containerOf(workload).command ?? [];
  expect(node).toBe('node');
  const app = containerOf(workload).image?.includes('/imagemill-api:') ? 'apps/api/' : 'apps/worker/';
  expect(program.startsWith(app)).toBe(true);
  await expect(access(new URL(`../${program}`, import.meta.url))).resolves.toBeUndefined();
});
