import { barChart } from '../report/bar-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { type Flood, type Outcome, runScenario, type Scenario } from './run-scenario.ts';

export const TURNS = 'turns by tenant';
/** The aim: others wait at most twice as long as without the flood. */
const SLOWDOWN_MAX = 2;

export interface Row extends Outcome {
  readonly flood: string;
  readonly order: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** p99 compared to the same nine tenants without a flood. */
  readonly slowdown: number;
}

export const row = (of: Pick<Row, 'order' | 'flood'>, outcome: Outcome, idle: Outcome): Row => ({
  ...of,
  ...outcome,
  p50Ms: percentile(outcome.othersMs, 0.5),
  p99Ms: percentile(outcome.othersMs, 0.99),
  maxMs: Math.max(...outcome.othersMs),
  slowdown: percentile(outcome.othersMs, 0.99) / percentile(idle.othersMs, 0.99),
});

/** The nine tenants beside a flood, in turns by tenant and first in, first out. */
export async function beside(
  idle: Outcome,
  name: string,
  common: Omit<Scenario, 'flood' | 'order'>,
  flood: Flood,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const order of ['turns', 'fifo'] as const) {
    const outcome = await runScenario({ ...common, flood, order });
    rows.push(row({ order: order === 'fifo' ? 'first in, first out' : TURNS, flood: name }, outcome, idle));
    console.log(`${name}, ${order}: p99 ${rows.at(-1)?.p99Ms.toFixed(0)} ms`);
  }
  return rows;
}

export async function writeRows(
  name: string,
  {
    rows,
    ...facts
  }: { readonly rows: readonly Row[]; readonly loadBefore: number | undefined; readonly seconds: number },
  options: { quick: boolean },
): Promise<void> {
  const shown = rows.map(({ othersMs, ...figures }) => ({ ...figures, jobs: othersMs.length }));
  const data = { machine: machine(), ...facts, rows: shown };
  await writeReport(name, { data, markdown: table(rows), svg: chart(rows) }, options);
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

const table = (rows: readonly Row[]) =>
  markdownTable(
    ['flood', 'order', 'jobs of the nine', 'p50 ms', 'p99 ms', 'max ms', 'p99 ÷ idle', 'slot time of the flood'],
    rows.map(({ flood, order, othersMs, floodShare, ...row }) => [
      ...[flood, order, String(othersMs.length)],
      ...[row.p50Ms, row.p99Ms, row.maxMs].map((ms) => ms.toFixed(0)),
      row.slowdown.toFixed(2),
      `${(100 * floodShare).toFixed(0)} %`,
    ]),
  );

const chart = (rows: readonly Row[]) =>
  barChart({
    title: 'p99 time to ready of nine tenants beside a flood, ÷ without it (log10)',
    bars: rows
      .filter(({ flood }) => flood !== 'none')
      .map(({ flood, order, slowdown }) => ({ label: `${flood}, ${order}`, value: Math.log10(slowdown) })),
    reference: Math.log10(SLOWDOWN_MAX),
  });
