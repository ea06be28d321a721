import { loadavg } from 'node:os';
import { barChart } from '../report/bar-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { openBucket } from './open-bucket.ts';
import { realRenders, waits } from './render-work.ts';
import { type Flood, type Outcome, runScenario, type Scenario } from './run-scenario.ts';

const TURNS = 'turns by tenant';
const SLOTS = 8;
const JOB_MS = 100;
/** The aim: others wait at most twice as long as without the flood. */
const SLOWDOWN_MAX = 2;

interface Row extends Outcome {
  readonly flood: string;
  readonly order: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** p99 compared to the same nine tenants without a flood. */
  readonly slowdown: number;
}

/**
 * Nine tenants at 30 % load, and a tenth that floods the queue: their time from the report of an upload to the end of its run,
 * compared to the same nine without the flood, in turns by tenant and first in, first out.
 */
export async function benchFair({ quick }: { quick: boolean }): Promise<void> {
  const [loadBefore] = loadavg();
  const seconds = quick ? 5 : 30;
  const simulated = { slots: SLOTS, others: waits(JOB_MS), othersPerSecond: (0.3 * SLOTS * 1000) / JOB_MS, seconds };
  const idle = await runScenario({ ...simulated, order: 'turns' });
  const rows = [
    row({ order: TURNS, flood: 'none' }, idle, idle),
    ...(await beside(idle, '10,000 images of 0.1 s', simulated, { jobs: quick ? 500 : 10_000, work: waits(JOB_MS) })),
    ...(await beside(idle, '300 heavy images of 1 s', simulated, {
      jobs: quick ? 50 : 300,
      work: waits(10 * JOB_MS),
      isHeavy: true,
    })),
    ...(await besideQuiet(idle, simulated, quick)),
    ...(await besideRealRenders(quick)),
  ];
  const markdown = table(rows);
  const shown = rows.map(({ othersMs, ...figures }) => ({ ...figures, jobs: othersMs.length }));
  const data = { machine: machine(), loadBefore, slots: SLOTS, seconds, rows: shown };
  await writeReport('fair', { data, markdown, svg: chart(rows) }, { quick });
}

type Common = Omit<Scenario, 'flood' | 'order'>;

/** What waits without using slots: jobs behind all others, and tickets without uploads. */
async function besideQuiet(idle: Outcome, common: Common, quick: boolean): Promise<Row[]> {
  const [standing, tickets] = quick ? [10_000, 500] : [1_000_000, 10_000];
  const waiting = await runScenario({ ...common, standing, order: 'turns' });
  const bucket = await openBucket();
  try {
    const pending = { tickets, storage: bucket.storage };
    const looking = await runScenario({ ...common, pending, order: 'turns' });
    return [
      row({ order: TURNS, flood: `${standing.toLocaleString('en')} jobs that wait behind them` }, waiting, idle),
      row({ order: TURNS, flood: `${tickets.toLocaleString('en')} tickets without uploads` }, looking, idle),
    ];
  } finally {
    await bucket.close();
  }
}

/** Fewer and shorter: a run needs the whole machine. */
async function besideRealRenders(quick: boolean): Promise<Row[]> {
  const real = await realRenders();
  const slots = 2;
  const common = { slots, others: real.work, othersPerSecond: (0.3 * slots) / real.seconds, seconds: quick ? 5 : 30 };
  const idle = await runScenario({ ...common, order: 'turns' });
  const flood = { jobs: quick ? 30 : 300, work: real.work };
  return [
    row({ order: TURNS, flood: 'none, real renders' }, idle, idle),
    ...(await beside(idle, `${flood.jobs} real renders`, common, flood)),
  ];
}

async function beside(idle: Outcome, name: string, common: Common, flood: Flood): Promise<Row[]> {
  const rows: Row[] = [];
  for (const order of ['turns', 'fifo'] as const) {
    const outcome = await runScenario({ ...common, flood, order });
    rows.push(row({ order: order === 'fifo' ? 'first in, first out' : TURNS, flood: name }, outcome, idle));
    console.log(`${name}, ${order}: p99 ${rows.at(-1)?.p99Ms.toFixed(0)} ms`);
  }
  return rows;
}

const row = (of: Pick<Row, 'order' | 'flood'>, outcome: Outcome, idle: Outcome): Row => ({
  ...of,
  ...outcome,
  p50Ms: percentile(outcome.othersMs, 0.5),
  p99Ms: percentile(outcome.othersMs, 0.99),
  maxMs: Math.max(...outcome.othersMs),
  slowdown: percentile(outcome.othersMs, 0.99) / percentile(idle.othersMs, 0.99),
});

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
      .filter(({ flood }) => !flood.startsWith('none'))
      .map(({ flood, order, slowdown }) => ({ label: `${flood}, ${order}`, value: Math.log10(slowdown) })),
    reference: Math.log10(SLOWDOWN_MAX),
  });
