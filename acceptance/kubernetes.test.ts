import { access, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseEnv } from '@imagemill/service';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { apiEnv, setupEnv } from '../apps/api/src/env.ts';
import { reconcileEnv, workerEnv } from '../apps/worker/src/env.ts';
import { GIVE_BACK_MS } from '../packages/queue/src/render/render-worker.ts';
import { containerOf, environmentOf, podOf, type Workload } from './kubernetes/containers.ts';
import { kustomizations, type Manifest, manifest, manifestFiles, manifests } from './kubernetes/manifests.ts';
import { schemaErrors } from './kubernetes/schema-errors.ts';
import { ownSecrets } from './test-support/own-secrets.ts';
import { settingsOf } from './test-support/settings.ts';

const configFile = new URL('../deploy/kubernetes/config.yaml', import.meta.url);

const api = manifest('Deployment', 'imagemill-api');
const worker = manifest('Deployment', 'imagemill-worker');
const setup = manifest('Job', 'imagemill-setup');
const reconcile = manifest('CronJob', 'imagemill-reconcile');
const scaled = manifest('ScaledObject', 'imagemill-worker');
const named = (one: Manifest) => `${one.kind} ${one.metadata?.name}`;

/** The environment of a workload, with own secrets in place of the placeholders. */
const withOwnSecrets = (workload: Workload) => ({ ...environmentOf(workload), ...ownSecrets });

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
  const images = [api, worker, setup, reconcile].map((workload) => containerOf(workload).image);
  expect(new Set(images)).toEqual(new Set(kustomizations.flatMap((one) => one.images).map(({ name }) => name)));
});

test('the placeholders of the example Secrets are refused', () => {
  const placeholders = environmentOf(api);
  for (const name of Object.keys(ownSecrets)) {
    const set = { ...withOwnSecrets(api), [name]: placeholders[name] };
    expect(() => parseEnv(apiEnv, set)).toThrow(`${name}: has a public development secret`);
  }
});

describe.each([
  ['api', api, apiEnv],
  ['worker', worker, workerEnv],
  ['setup', setup, setupEnv],
  ['reconcile', reconcile, reconcileEnv],
] as const)('the environment of %s', (_name, workload, schema: z.ZodObject) => {
  test('has valid values for all required variables', () => {
    expect(() => parseEnv(schema, withOwnSecrets(workload))).not.toThrow();
  });

  test('sets no variable that the program does not read', () => {
    const own = (containerOf(workload).env ?? []).map(({ name }) => name);
    expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(own));
  });
});

describe('the settings', () => {
  const workloads: [program: string, workload: Workload, schema: z.ZodObject][] = [
    ['api', api, apiEnv],
    ['worker', worker, workerEnv],
    ['bucket set-up', setup, setupEnv],
    ['reconcile', reconcile, reconcileEnv],
  ];
  const inConfig = manifest('ConfigMap', 'imagemill').data ?? {};
  const commented = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/^ {2}# (\w+): (".*")$/gm)].map(([, name, value = '']) => [name, JSON.parse(value)]),
    );

  /** The variables that no file sets, grouped by the programs that read them. */
  function otherSettings(): string {
    const set = new Set(workloads.flatMap(([, workload]) => Object.keys(environmentOf(workload))));
    const readers = new Map<string, string[]>();
    for (const [program, , schema] of workloads) {
      for (const { name, fallback = '', description } of settingsOf(schema)) {
        const lines = `  ## ${description}\n  # ${name}: ${JSON.stringify(fallback)}\n`;
        if (!set.has(name)) readers.set(lines, [...(readers.get(lines) ?? []), program]);
      }
    }
    const groups = Map.groupBy(readers, ([, programs]) => programs.join(', '));
    return [...groups]
      .map(([programs, rows]) => `\n  # -- ${programs} --\n${rows.map(([lines]) => lines).join('')}`)
      .join('');
  }

  test('are all in config.yaml, the Secrets or a workload: set, or commented out with the default', async () => {
    const text = await readFile(configFile, 'utf8');
    const preamble = /^[\s\S]*?(?=\n {2}# -- )/.exec(text)?.[0] ?? text;
    await expect(`${preamble}${otherSettings()}`).toMatchFileSnapshot('../deploy/kubernetes/config.yaml');
  });

  test.each(workloads)('of %s have valid values if they are uncommented', async (_program, workload, schema) => {
    const uncommented = commented(await readFile(configFile, 'utf8'));
    expect(Object.keys(uncommented).length).toBeGreaterThan(30);
    expect(Object.keys(uncommented).filter((name) => name in inConfig)).toEqual([]);
    expect(() => parseEnv(schema, { ...uncommented, ...withOwnSecrets(workload) })).not.toThrow();
    const set = { ...uncommented, ...environmentOf(workload) };
    expect(Object.keys(set)).toEqual(expect.arrayContaining(Object.keys(schema.shape)));
  });

  test.each(workloads)('of %s come from the ConfigMap and the Secrets', (_program, workload, _schema) => {
    expect(containerOf(workload).envFrom).toEqual(
      expect.arrayContaining([{ configMapRef: { name: 'imagemill' } }, { secretRef: { name: 'imagemill-backends' } }]),
    );
  });

  test('in the ConfigMap and the Secrets are each read by a program', () => {
    const known = new Set(workloads.flatMap(([, , schema]) => Object.keys(schema.shape)));
    const set = workloads.flatMap(([, workload]) => Object.keys(environmentOf(workload)));
    expect(set.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each([api, worker])('that refer to a file get it from the optional Secret imagemill-files', (workload) => {
    expect(containerOf(workload).volumeMounts).toContainEqual({ name: 'files', mountPath: '/config', readOnly: true });
    const secret = { secretName: 'imagemill-files', optional: true };
    expect(podOf(workload).volumes).toContainEqual({ name: 'files', secret });
  });
});

test('workers do not get the API keys', () => {
  expect(environmentOf(worker)).not.toHaveProperty('API_KEYS');
});

describe('ports', () => {
  const port = (workload: typeof api, name: string) =>
    containerOf(workload).ports?.find((one) => one.name === name)?.containerPort;

  test('match the ports that the processes listen on', () => {
    const { PORT, METRICS_PORT } = parseEnv(apiEnv, withOwnSecrets(api));
    const { HEALTH_PORT, METRICS_PORT: ofWorker } = parseEnv(workerEnv, environmentOf(worker));
    expect([port(api, 'http'), port(api, 'metrics')]).toEqual([PORT, METRICS_PORT]);
    expect([port(worker, 'health'), port(worker, 'metrics')]).toEqual([HEALTH_PORT, ofWorker]);
  });

  test('of probes and Services exist; the Service does not expose metrics', () => {
    for (const workload of [api, worker]) {
      const { startupProbe, livenessProbe, readinessProbe } = containerOf(workload);
      for (const probe of [startupProbe, livenessProbe, readinessProbe].filter((one) => one !== undefined)) {
        expect(port(workload, String(probe.httpGet?.port))).toBeGreaterThan(0);
      }
    }
    const { ports, selector } = manifest('Service', 'imagemill-api').spec ?? {};
    expect(ports?.map(({ targetPort }) => targetPort)).toEqual(['http']);
    expect(api.spec?.template.metadata?.labels).toMatchObject(selector ?? { none: 'at all' });
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
] as const)('%s selects only its own pods', (name, { spec }) => {
  expect(spec?.template.metadata?.labels).toEqual(spec?.selector.matchLabels);
  expect(spec?.selector.matchLabels).toEqual({ 'app.kubernetes.io/name': `imagemill-${name}` });
});

test('a worker without Redis is not ready, but is not restarted: its jobs would be interrupted', () => {
  expect(containerOf(worker)).not.toHaveProperty('livenessProbe');
  expect(containerOf(worker).readinessProbe?.httpGet?.path).toBe('/healthz');
  expect(containerOf(api).livenessProbe?.httpGet?.path).toBe('/healthz');
  expect(containerOf(api).readinessProbe?.httpGet?.path).toBe('/readyz');
});

test.each([
  ['api', api, apiEnv, 0],
  ['worker', worker, workerEnv, GIVE_BACK_MS],
] as const)(
  '%s has a longer termination grace period than its work in flight needs',
  (_name, workload, schema, giveBackMs) => {
    const { SHUTDOWN_GRACE_MS } = parseEnv(schema, withOwnSecrets(workload));
    const preStopMs = 1000 * (containerOf(workload).lifecycle?.preStop?.sleep?.seconds ?? 0);
    const graceMs = 1000 * (podOf(workload).terminationGracePeriodSeconds ?? 30);
    expect(graceMs).toBeGreaterThan(preStopMs + SHUTDOWN_GRACE_MS + giveBackMs);
  },
);

test.each([
  ['api', api],
  ['worker', worker],
  ['setup', setup],
  ['reconcile', reconcile],
] as const)('%s has only the privileges that it needs', (_name, workload) => {
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

test('a worker has enough memory for its encodes', () => {
  const { ENCODE_CONCURRENCY = 0 } = parseEnv(workerEnv, environmentOf(worker));
  const { requests, limits } = containerOf(worker).resources ?? {};
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
