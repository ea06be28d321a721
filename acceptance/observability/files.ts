import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = fileURLToPath(new URL('../../deploy/observability', import.meta.url));

const Rule = z.strictObject({
  alert: z.string().regex(/^Imagemill[A-Z]\w+$/),
  expr: z.string(),
  for: z.string().regex(/^\d+[smh]$/),
  labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
  annotations: z.strictObject({ summary: z.string().min(10), runbook_url: z.string() }),
});
const RuleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(Rule) })).min(1),
});

export const ruleFile = RuleFile.parse(parse(readFileSync(join(root, 'rules/imagemill.yaml'), 'utf8')));
export const alerts = ruleFile.groups.flatMap(({ rules }) => rules);

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable.
const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') });
const gridPos = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
});
const panel = { id: z.int().positive(), title: z.string().min(3), gridPos };
const Row = z.strictObject({
  ...panel,
  type: z.literal('row'),
  collapsed: z.boolean(),
  panels: z.array(z.never()),
});
const TimeSeries = z.strictObject({
  ...panel,
  type: z.literal('timeseries'),
  description: z.string().min(3),
  datasource,
  fieldConfig: z.strictObject({
    // The units of Grafana that are used here.
    defaults: z.strictObject({
      unit: z.enum(['reqps', 'ops', 's', 'short', 'bytes', 'Bps', 'percentunit']),
      min: z.number(),
    }),
    overrides: z.array(z.never()),
  }),
  options: z.strictObject({
    legend: z.strictObject({
      calcs: z.array(z.never()),
      displayMode: z.enum(['list', 'table']),
      placement: z.enum(['bottom', 'right']),
      showLegend: z.boolean(),
    }),
    tooltip: z.strictObject({ mode: z.enum(['single', 'multi']), sort: z.enum(['none', 'asc', 'desc']) }),
  }),
  targets: z
    .array(z.strictObject({ refId: z.string(), datasource, expr: z.string(), legendFormat: z.string().min(1) }))
    .min(1),
});

/** The part of Grafana's dashboard schema, version 39, that our dashboards use. Unknown fields are errors. */
export const Dashboard = z.strictObject({
  uid: z.string().max(40),
  title: z.string(),
  tags: z.array(z.string()),
  schemaVersion: z.literal(39),
  version: z.int(),
  editable: z.boolean(),
  refresh: z.string(),
  timezone: z.literal('browser'),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  templating: z.strictObject({
    list: z.array(
      z.strictObject({
        name: z.literal('datasource'),
        label: z.string(),
        type: z.literal('datasource'),
        query: z.literal('prometheus'),
      }),
    ),
  }),
  panels: z.array(z.discriminatedUnion('type', [Row, TimeSeries])),
});

export const dashboards = globSync('dashboards/*.json', { cwd: root }).map((file) => ({
  name: basename(file, '.json'),
  content: JSON.parse(readFileSync(join(root, file), 'utf8')) as unknown,
}));
