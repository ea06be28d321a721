import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { composeServices } from '../compose/compose-file.ts';
import { ownMetrics } from '../test-support/metrics.ts';
import { alerts, Dashboard, dashboards, ruleFile } from './files.ts';
import { promqlErrors, usagesOf } from './promql.ts';

/** Added by Prometheus to every series. */
const TARGET = ['job', 'instance'];
/** Of kube-state-metrics, for ImagemillOutOfMemory. */
const kubernetes: [string, readonly string[]][] = [
  ['kube_pod_container_status_restarts_total', ['namespace', 'pod', 'container']],
  ['kube_pod_container_status_last_terminated_reason', ['namespace', 'pod', 'container', 'reason']],
];

/** Every series that the programs export, with its labels. */
function exported(): Map<string, ReadonlySet<string>> {
  const series = new Map<string, ReadonlySet<string>>();
  for (const { name, type, labelNames } of Object.values(ownMetrics({ withNodes: true })).flat()) {
    const labels = [...labelNames, ...TARGET];
    if (type !== 'histogram') series.set(name, new Set(labels));
    else {
      series.set(`${name}_bucket`, new Set([...labels, 'le']));
      for (const suffix of ['_count', '_sum']) series.set(`${name}${suffix}`, new Set(labels));
    }
  }
  for (const [name, labels] of kubernetes) series.set(name, new Set([...labels, ...TARGET]));
  return series;
}
const series = exported();

/** What an expression uses that no program exports. */
const unknownIn = (expr: string) =>
  usagesOf(expr.replaceAll('$__rate_interval', '5m')).flatMap(({ metric, labels }) => {
    const known = series.get(metric);
    if (!known) return [metric];
    return labels.filter((label) => !known.has(label)).map((label) => `${metric}{${label}}`);
  });

describe('an alert', () => {
  test.each(alerts.map(({ alert, expr }) => [alert, expr] as const))(
    '%s uses only metrics and labels that are exported',
    (_alert, expr) => {
      expect(promqlErrors(expr)).toEqual([]);
      expect(usagesOf(expr)).not.toEqual([]);
      expect(unknownIn(expr)).toEqual([]);
    },
  );

  test.each([
    ['an unknown metric', 'max(imagemill_nothing) > 0', ['imagemill_nothing']],
    ['an unknown label in a matcher', 'imagemill_dead_letters{tenant="x"}', ['imagemill_dead_letters{tenant}']],
    [
      'an unknown label in a grouping',
      'sum by (tenant) (rate(imagemill_job_runs_total[5m]))',
      ['imagemill_job_runs_total{tenant}'],
    ],
    ['a histogram without its suffix', 'rate(imagemill_job_duration_seconds[5m])', ['imagemill_job_duration_seconds']],
  ])('with %s would fail', (_what, expr, unknown) => {
    expect(unknownIn(expr)).toEqual(unknown);
  });

  test('with invalid PromQL would fail', () => {
    expect(promqlErrors('max(imagemill_dead_letters >')).not.toEqual([]);
  });

  test('has a name of its own', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });
});

describe('docs/runbook.md', () => {
  const text = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const sections = text
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section] as const);

  test('has a section for each alert, in their order', () => {
    expect(sections.map(([name]) => name)).toEqual(alerts.map(({ alert }) => alert));
  });

  test.each(sections)('%s says what it means, how to see it, and what to do', (_name, section) => {
    for (const part of ['Means', 'See', 'Do'])
      expect(section).toMatch(new RegExp(`^\\*\\*${part}\\.\\*\\* .{20,}`, 'm'));
  });

  test('is linked by every alert', () => {
    for (const { alert, annotations } of alerts) {
      expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    }
  });
});

test('the PrometheusRule of Kubernetes has the same groups', async () => {
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'imagemill' },
    spec: ruleFile,
  };
  const head = '# Written from deploy/observability/rules by acceptance/observability: change that file.\n';
  await expect(`${head}${stringify(rule, { lineWidth: 0 })}`).toMatchFileSnapshot(
    '../../deploy/kubernetes/components/monitoring/alerts.yaml',
  );
});

describe.each(dashboards.map(({ name, content }) => [name, content] as const))('the dashboard %s', (_name, content) => {
  test("has the structure of Grafana's dashboards", () => {
    expect(Dashboard.safeParse(content).error?.issues ?? []).toEqual([]);
  });

  const { panels, uid } = Dashboard.parse(content);
  const charts = panels.filter((panel) => panel.type === 'timeseries');

  test('places every panel once, without overlaps', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(uid).toMatch(/^imagemill/);
  });

  test.each(charts.map(({ title, targets }) => [title, targets] as const))(
    '%s uses only metrics and labels that are exported',
    (_title, targets) => {
      for (const { expr, legendFormat } of targets) {
        expect(promqlErrors(expr.replaceAll('$__rate_interval', '5m'))).toEqual([]);
        expect(unknownIn(expr)).toEqual([]);
        const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
        const known = usagesOf(expr.replaceAll('$__rate_interval', '5m')).flatMap(({ metric }) => [
          ...(series.get(metric) ?? []),
        ]);
        expect(known).toEqual(expect.arrayContaining(shown));
      }
    },
  );
});

test('every own metric is on a dashboard', () => {
  const shown = new Set(
    dashboards
      .flatMap(({ content }) => Dashboard.parse(content).panels)
      .flatMap((panel) => (panel.type === 'timeseries' ? panel.targets : []))
      .flatMap(({ expr }) => usagesOf(expr.replaceAll('$__rate_interval', '5m')))
      .map(({ metric }) => metric.replace(/_(bucket|count|sum)$/, '')),
  );
  const own = Object.values(ownMetrics()).flatMap((metrics) => metrics.map(({ name }) => name));
  expect([...new Set(own)].filter((name) => !shown.has(name))).toEqual([]);
});

describe('docker compose --profile observability', () => {
  const { prometheus, grafana, api } = composeServices();
  const config = parse(readFileSync(new URL('../../deploy/observability/prometheus.yml', import.meta.url), 'utf8')) as {
    scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
  };

  test('scrapes every program at its port, and starts only when it is asked for', () => {
    const targets = config.scrape_configs.flatMap((job) => job.dns_sd_configs);
    expect(targets.flatMap(({ names }) => names)).toEqual(['api', 'worker', 'edge']);
    for (const { port } of targets) expect(String(port)).toBe(api?.environment?.METRICS_PORT);
    for (const service of [prometheus, grafana]) {
      expect(service).toMatchObject({ profiles: ['observability'], read_only: true });
      expect(service?.image).toMatch(/:v?\d+\.\d+\.\d+$/);
    }
  });
});
