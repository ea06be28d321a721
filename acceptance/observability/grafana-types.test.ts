import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeServices } from '../compose/compose-file.ts';
import { Dashboard, dashboards } from './files.ts';

const require = createRequire(import.meta.url);
const packageFile = require.resolve('@grafana/schema/package.json');
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** Grafana's own types of dashboards and time series panels. A query's own fields are not among them. In JSON, the values of an enum are plain strings. */
const types = (folder: string) => `
import type { Dashboard, Panel, RowPanel, FieldConfigSource } from '${folder}/raw/dashboard/x/dashboard_types.gen';
import type { Options } from '${folder}/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type { DataQuery } from '${folder}/common/common.gen';
type Plain<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type TimeSeries = Omit<Plain<Panel>, 'type' | 'options' | 'targets' | 'fieldConfig'> & {
  type: 'timeseries';
  options: Plain<Options>;
  targets: (Plain<DataQuery> & { expr: string; legendFormat: string })[];
  fieldConfig: Plain<FieldConfigSource>;
};
export type Checked = Omit<Plain<Dashboard>, 'panels'> & { panels: (TimeSeries | Plain<RowPanel>)[] };
`;

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'imagemill-grafana-'));
  await writeFile(join(dir, 'types.ts'), types(join(dirname(packageFile), 'dist/types')));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** @returns what the compiler says about each content, if it is a dashboard of Grafana */
async function compile(contents: readonly unknown[]): Promise<string[]> {
  const files = contents.map((content, index) => ({
    name: `dashboard-${index}.ts`,
    text: `import type { Checked } from './types';\nexport default ${JSON.stringify(content)} satisfies Checked;\n`,
  }));
  for (const { name, text } of files) await writeFile(join(dir, name), text);
  const options = ['--noEmit', '--strict', '--target', 'esnext', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const output = await new Promise<string>((resolve) => {
    const names = files.map(({ name }) => name);
    execFile(process.execPath, [tsc, ...options, ...names], { cwd: dir }, (_error, stdout) => resolve(stdout));
  });
  // An error of the types themselves must not look like a dashboard without errors.
  expect(output).not.toMatch(/types\.ts|\.d\.ts|TS2307/);
  return files.map(({ name }) =>
    output
      .split('\n')
      .filter((line) => line.startsWith(name))
      .join('\n'),
  );
}

test("every dashboard has Grafana's own types, and a wrong one has not", async () => {
  const sample = Dashboard.parse(dashboards[0]?.content);
  const wrong = [
    { ...sample, panels: sample.panels.map((panel) => ({ ...panel, gridPos: { x: 0, y: 0, w: 'wide', h: 1 } })) },
    { ...sample, panels: sample.panels.map((panel) => ('options' in panel ? { ...panel, options: {} } : panel)) },
    { ...sample, refreshes: '1m' },
    { ...sample, panels: sample.panels.map((panel) => ({ ...panel, type: 'time-series' })) },
  ];
  const errors = await compile([...dashboards.map(({ content }) => content), ...wrong]);
  expect(errors.slice(0, dashboards.length)).toEqual(dashboards.map(() => ''));
  for (const error of errors.slice(dashboards.length)) expect(error).toMatch(/error TS/);
});

test('the types are those of the Grafana that compose starts', () => {
  const { version } = require(packageFile) as { version: string };
  const [major, minor] = version.split('.');
  expect(composeServices().grafana?.image).toMatch(new RegExp(`:${major}\\.${minor}\\.`));
});
