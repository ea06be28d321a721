import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { barChart } from '../report/bar-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { contenders, LONGEST } from './contenders.ts';
import { fidelityTable, measureFidelity } from './fidelity.ts';
import { encodings, makeSource, megapixels, type Source } from './sources.ts';
import { THROUGH_POOL } from './through-pool.ts';

const MEASURE = fileURLToPath(new URL('./measure-one.ts', import.meta.url));
const RUNS = 2;
/** The process boundary is measured on Linux only. */
const names = [...Object.keys(contenders), ...(process.platform === 'linux' ? [THROUGH_POOL] : [])];

interface Measured {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakRssMiB: number;
  readonly loopDelayP99Ms: number;
}

type Row = Source & { readonly results: Readonly<Record<string, Measured>> };

/** Runs every contender on every source, interleaved: a slow phase of the machine affects all of them equally. */
export async function benchEngine({ quick }: { quick: boolean }): Promise<void> {
  const rows: Row[] = [];
  for (const size of quick ? [2] : megapixels) {
    for (const encoding of Object.keys(encodings)) {
      const source = await makeSource(size, encoding);
      const results = await measureAll(source, quick ? 1 : RUNS);
      rows.push({ ...source, results });
      console.log(`${size} MP ${encoding}: ${describe(results)}`);
    }
  }
  const largest = quick ? [] : await measureLargest();
  const fidelity = await measureFidelity({ quick });
  const report = {
    data: {
      machine: machine(),
      runs: quick ? 1 : RUNS,
      rows: rows.map(({ path: _, ...row }) => row),
      largest,
      fidelity,
    },
    markdown: [summary(rows), table(rows), largestTable(largest), fidelityTable(fidelity)].join('\n\n'),
    svg: chart(rows),
  };
  await writeReport('engine', report, { quick });
}

async function measureAll(source: Source, runs: number): Promise<Record<string, Measured>> {
  const best: Record<string, Measured> = {};
  for (let run = 0; run < runs; run++) {
    for (const name of names) {
      const { stdout } = await promisify(execFile)(process.execPath, [MEASURE, name, source.path], {
        timeout: 300_000,
      });
      const measured = JSON.parse(stdout) as Measured;
      const before = best[name];
      best[name] = before ? leastOf(before, measured) : measured;
    }
  }
  return best;
}

/** Of each figure on its own: another process delays one run, and takes no CPU of it. */
const leastOf = (a: Measured, b: Measured): Measured => ({
  cpuMs: Math.min(a.cpuMs, b.cpuMs),
  wallMs: Math.min(a.wallMs, b.wallMs),
  peakRssMiB: Math.min(a.peakRssMiB, b.peakRssMiB),
  loopDelayP99Ms: Math.min(a.loopDelayP99Ms, b.loopDelayP99Ms),
});

async function measureOne(contender: string, path: string): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [MEASURE, contender, path], { timeout: 300_000 });
  return JSON.parse(stdout) as Measured;
}

/** The largest source within the default limits. */
async function measureLargest(): Promise<{ encoding: string; measured: Measured }[]> {
  const results: { encoding: string; measured: Measured }[] = [];
  for (const encoding of ['baseline jpeg', 'progressive jpeg', 'webp']) {
    const { path } = await makeSource(99, encoding);
    results.push({ encoding, measured: await measureOne('ours, full set', path) });
  }
  return results;
}

const largestTable = (rows: readonly { encoding: string; measured: Measured }[]) =>
  markdownTable(
    ['99 MP source, full set', 'CPU ms', 'peak RSS MiB'],
    rows.map(({ encoding, measured }) => [encoding, measured.cpuMs.toFixed(0), measured.peakRssMiB.toFixed(0)]),
  );

const ratio = (row: Row, above: string, below: string) =>
  (row.results[above]?.cpuMs ?? Number.NaN) / (row.results[below]?.cpuMs ?? Number.NaN);
const geometricMean = (values: readonly number[]) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
const describe = (results: Readonly<Record<string, Measured>>) =>
  Object.entries(results)
    .map(([name, { cpuMs }]) => `${name} ${Math.round(cpuMs)} ms`)
    .join(', ');

function summary(rows: readonly Row[]): string {
  const over = (above: string, below: string) => rows.map((row) => ratio(row, above, below));
  const line = (label: string, values: readonly number[]) => [
    label,
    geometricMean(values).toFixed(2),
    Math.min(...values).toFixed(2),
    Math.max(...values).toFixed(2),
  ];
  const cores = availableParallelism();
  const wall = (of: (row: Row) => number) => rows.map(of);
  return markdownTable(
    ['CPU ratio', 'geometric mean', 'min', 'max'],
    [
      line('ours ÷ floor', over('ours', 'floor')),
      line('ours in an engine process, both sides ÷ floor', over(THROUGH_POOL, 'floor')),
      line('tutorial ÷ ours', over('tutorial', 'ours')),
      line("ours, full set ÷ tutorial's six", over('ours, full set', 'tutorial')),
      line(
        'wall time, ours ÷ tutorial',
        wall((row) => wallMs(row, 'ours') / wallMs(row, 'tutorial')),
      ),
      line(
        'wall time, ours ÷ the larger of CPU ÷ cores, and decode with the longest encode',
        wall((row) => wallMs(row, 'ours') / Math.max(cpuMs(row, 'ours') / cores, wallMs(row, LONGEST))),
      ),
    ],
  );
}

const cpuMs = (row: Row, name: string) => row.results[name]?.cpuMs ?? Number.NaN;
const wallMs = (row: Row, name: string) => row.results[name]?.wallMs ?? Number.NaN;

function table(rows: readonly Row[]): string {
  const cell = (measured: Measured | undefined) =>
    measured
      ? `${Math.round(measured.cpuMs)} / ${Math.round(measured.wallMs)} / ${Math.round(measured.peakRssMiB)}`
      : '';
  return markdownTable(
    ['source', ...names, 'tutorial ÷ ours', 'ours ÷ floor', 'loop p99 ms'],
    rows.map((row) => [
      `${row.megapixels} MP ${row.encoding}`,
      ...names.map((name) => cell(row.results[name])),
      ratio(row, 'tutorial', 'ours').toFixed(2),
      ratio(row, 'ours', 'floor').toFixed(2),
      (row.results['ours, full set']?.loopDelayP99Ms ?? Number.NaN).toFixed(1),
    ]),
  );
}

function chart(rows: readonly Row[]): string {
  return barChart({
    title: 'CPU of the tutorial pipeline ÷ ours, same six renditions (higher is better for ours)',
    bars: rows.map((row) => ({ label: `${row.megapixels} MP ${row.encoding}`, value: ratio(row, 'tutorial', 'ours') })),
    reference: 1,
  });
}
