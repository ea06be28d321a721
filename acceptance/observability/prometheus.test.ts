import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { claimPort, startNodeProcess } from '@imagemill/local-stack';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { startStack } from '../test-support/running-stack.ts';
import { alerts, Dashboard, dashboards, root } from './files.ts';

const version = await promisify(execFile)('prometheus', ['--version']).catch(() => undefined);
if (!version) console.warn('Prometheus is missing: it scrapes nothing. `pnpm test:promtool` installs it.');

const HOST = '127.0.0.1';
const entry = (path: string) => fileURLToPath(new URL(`../../apps/${path}`, import.meta.url));
const stops: (() => Promise<unknown>)[] = [];
let url = '';

/** `prometheus.yml`, with the addresses of this run in place of those of compose's network. */
async function configOf(ports: Readonly<Record<string, number>>): Promise<string> {
  const config = parse(await readFile(join(root, 'prometheus.yml'), 'utf8')) as {
    scrape_configs: { job_name: string; dns_sd_configs: { names: [string] }[] }[];
  };
  return stringify({
    ...config,
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [join(root, 'rules/*.yaml')],
    scrape_configs: config.scrape_configs.map(({ job_name, dns_sd_configs }) => ({
      job_name,
      static_configs: dns_sd_configs.map(({ names: [name] }) => ({ targets: [`${HOST}:${ports[name]}`] })),
    })),
  });
}

/** The API, a worker and an edge, each with its metrics. @returns the ports of the metrics, by the names in compose's network */
async function startPrograms(dir: string): Promise<Record<string, number>> {
  const [api, worker, edge, edgePort] = (await Promise.all(Array.from({ length: 4 }, () => claimPort(HOST, 0)))) as [
    number,
    number,
    number,
    number,
  ];
  const { redisUrl, s3 } = inject('servers');
  const own = { QUEUE_PREFIX: 'prometheus', ORIGINALS_BUCKET: 'prometheus-originals', CDN_BUCKET: 'prometheus-cdn' };
  const stack = await startStack({ ...own, WORKERS: '0', METRICS_PORT: String(api) });
  stops.push(() => stack.stop());
  const env = {
    ...process.env,
    ...own,
    REDIS_URL: redisUrl,
    CDN_BASE_URL: stack.cdnBaseUrl,
    ENGINE_PROCESSES: '1',
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  };
  const start = async (name: string, metricsPort: number, more: Readonly<Record<string, string>> = {}) => {
    const program = await startNodeProcess({
      name,
      entry: entry(`${name}/src/main.ts`),
      logFile: join(dir, `${name}.log`),
      env: { ...env, METRICS_PORT: String(metricsPort), ...more },
    });
    stops.push(program.stop);
  };
  await Promise.all([start('worker', worker), start('edge', edge, { EDGE_PORT: String(edgePort) })]);
  return { api, worker, edge };
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`);
  const answer = (await response.json()) as { status: string; data: T; error?: string };
  if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
  return answer.data;
}

const targets = async () =>
  (await ask<{ activeTargets: { labels: { job: string }; health: string }[] }>('targets')).activeTargets;
const rules = async () =>
  (
    await ask<{ groups: { rules: { name: string; health: string; state: string; lastEvaluation: string }[] }[] }>(
      'rules',
    )
  ).groups.flatMap((group) => group.rules);

describe.skipIf(!version)('a Prometheus that scrapes an installation without work', () => {
  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'imagemill-prometheus-'));
    stops.push(() => rm(dir, { recursive: true, force: true }));
    const config = await configOf(await startPrograms(dir));
    await writeFile(join(dir, 'prometheus.yml'), config);
    const port = await claimPort(HOST, 0);
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(dir, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(dir, 'data')}`,
        `--web.listen-address=${HOST}:${port}`,
      ],
      { stdio: 'ignore' },
    );
    const exited = once(child, 'exit');
    stops.push(async () => {
      child.kill();
      await exited;
    });
    url = `http://${HOST}:${port}`;
    await vi.waitUntil(async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok);
  });
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  test('reaches every program, and no alert fires or is about to', async () => {
    await vi.waitFor(async () => {
      const up = (await targets()).filter(({ health }) => health === 'up');
      expect(up.map(({ labels }) => labels.job).toSorted()).toEqual([
        'imagemill-api',
        'imagemill-edge',
        'imagemill-worker',
      ]);
    });
    const upAt = Date.now();
    await vi.waitUntil(async () => (await rules()).every(({ lastEvaluation }) => Date.parse(lastEvaluation) > upAt));
    const evaluated = await rules();
    expect(evaluated.map(({ name }) => name)).toEqual(alerts.map(({ alert }) => alert));
    expect(evaluated.filter(({ health, state }) => health !== 'ok' || state !== 'inactive')).toEqual([]);
  });

  test('answers every query of the dashboards', async () => {
    const queries = dashboards
      .flatMap(({ content }) => Dashboard.parse(content).panels)
      .flatMap((panel) => (panel.type === 'timeseries' ? panel.targets : []))
      .map(({ expr }) => expr.replaceAll('$__rate_interval', '5m'));
    expect(queries.length).toBeGreaterThan(20);
    for (const query of queries) await ask(`query?${new URLSearchParams({ query })}`);
  });
});
