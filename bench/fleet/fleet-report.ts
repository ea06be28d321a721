import { lineChart } from '../report/line-chart.ts';
import type { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import type { ImageTimes } from './image-times.ts';
import { scalingEfficiency, type Throughput } from './measure-scaling.ts';
import type { Sale } from './run-sale.ts';

/** Of two whole cores, 1.9 times one: see `scalingEfficiency`. */
const EFFICIENCY_GOAL = 0.95;
const FIRST_OF_LAST_GOAL = 0.25;
const BINS = 40;

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/** One sentence per goal, with its figures. */
export function goals(
  scaling: readonly Throughput[],
  { times, lost }: Sale,
): readonly { goal: string; met: boolean }[] {
  const p99 = (of: keyof ImageTimes) =>
    percentile(
      times.map((time) => time[of]),
      0.99,
    );
  const share = (first: number, last: number) =>
    `${first.toFixed(2)} s ÷ ${last.toFixed(2)} s = ${(first / last).toFixed(2)}`;
  const [ofUpload, ofJob] = [
    [p99('firstS'), p99('lastS')],
    [p99('firstOfJobS'), p99('lastOfJobS')],
  ] as const;
  const efficiency = scalingEfficiency(scaling);
  return [
    { goal: `0 lost: ${lost.length}`, met: lost.length === 0 },
    {
      goal: `first rendition ≤ ${FIRST_OF_LAST_GOAL} × last, 99th percentiles from the start of the job: ${share(...ofJob)}`,
      met: ofJob[0] <= FIRST_OF_LAST_GOAL * ofJob[1],
    },
    {
      goal: `the same from the upload, the wait included: ${share(...ofUpload)}`,
      met: ofUpload[0] <= FIRST_OF_LAST_GOAL * ofUpload[1],
    },
    {
      goal: `two workers reach ${EFFICIENCY_GOAL} × one worker on the cores that Redis, the storage and the API leave: ${efficiency.toFixed(2)}`,
      met: efficiency >= EFFICIENCY_GOAL,
    },
  ];
}

export function fleetTables(scaling: readonly Throughput[], sale: Sale): string {
  const throughputs = markdownTable(
    ['workers', 'images per second', 'cores used by the workers', 'cores used by Redis, storage, API and sellers'],
    scaling.map(({ workers, imagesPerSecond, workerCores, otherCores }) => [
      String(workers),
      ...[imagesPerSecond, workerCores, otherCores].map((value) => value.toFixed(2)),
    ]),
  );
  const waits = markdownTable(
    ['seconds', 'p50', 'p90', 'p99', 'max'],
    (
      [
        ['from the upload to the first rendition', 'firstS'],
        ['from the upload to the last rendition', 'lastS'],
        ['from the start of the job to the first rendition', 'firstOfJobS'],
        ['from the start of the job to the last rendition', 'lastOfJobS'],
      ] as const
    ).map(([name, of]) => {
      const values = sale.times.map((time) => time[of]);
      return [name, ...[0.5, 0.9, 0.99, 1].map((part) => percentile(values, part).toFixed(2))];
    }),
  );
  const { uploads, drainedS, zeroS, wakeS, cpuSeconds } = sale;
  const facts = markdownTable(
    [
      'uploads',
      'lost',
      'drained after',
      'no worker after',
      'late upload ready after',
      'CPU s: workers',
      'API',
      'Redis',
      'storage',
    ],
    [
      [
        ...[uploads, sale.lost.length].map(String),
        ...[drainedS, zeroS, wakeS].map((seconds) => `${seconds.toFixed(0)} s`),
        ...[cpuSeconds.workers, cpuSeconds.api, cpuSeconds.redis, cpuSeconds.s3].map((seconds) => seconds.toFixed(1)),
      ],
    ],
  );
  const list = goals(scaling, sale).map(({ goal, met }) => `- ${met ? 'met' : '**missed**'}: ${goal}`);
  return [facts, waits, throughputs, list.join('\n')].join('\n\n');
}

/** The part of docs/performance.md: the tables, the charts, and where they are from. */
export function fleetSection(
  tables: string,
  run: { readonly machine: ReturnType<typeof machine>; readonly loadBefore: number | undefined },
): string {
  const { date, cores, cpu, node } = run.machine;
  return [
    tables,
    '![Backlog and workers over time](performance/fleet.svg)',
    '![Times to the first and the last rendition, by the time of the upload](performance/fleet-times.svg)',
    `Measured on ${date}: ${cores} × ${cpu}, Node ${node}, load before the run ${run.loadBefore?.toFixed(1)}.`,
  ].join('\n\n');
}

/** The backlog and the workers over time; a worker is drawn as a tenth of the highest backlog. */
export function fleetChart({ samples }: Sale): string {
  const unit = Math.max(...samples.map(({ backlog }) => backlog)) / 10;
  return lineChart({
    title: 'A flash sale: backlog, and workers (each drawn as a tenth of the highest backlog)',
    xLabel: 'seconds',
    yLabel: 'jobs',
    yFromZero: true,
    series: [
      { name: 'backlog', points: samples.map(({ atS, backlog }) => ({ x: atS, y: backlog })) },
      { name: 'workers', points: samples.map(({ atS, workersReady }) => ({ x: atS, y: workersReady * unit })) },
    ],
  });
}

/** The longest times to the first and the last rendition, by the time of the upload. */
export function timesChart({ times, startedAtMs }: Sale): string {
  const at = ({ uploadedAtMs }: ImageTimes) => (uploadedAtMs - startedAtMs) / 1000;
  const width = Math.max(...times.map(at)) / BINS;
  const bins = Map.groupBy(times, (time) => Math.min(BINS - 1, Math.floor(at(time) / width)));
  const points = (of: 'firstS' | 'lastS') =>
    [...bins]
      .toSorted(([a], [b]) => a - b)
      .map(([bin, inBin]) => ({
        x: (bin + 0.5) * width,
        y: percentile(
          inBin.map((time) => time[of]),
          0.5,
        ),
      }));
  return lineChart({
    title: 'A flash sale: median times to the first and the last rendition, by the time of the upload',
    xLabel: 'uploaded after seconds',
    yLabel: 'seconds',
    yFromZero: true,
    series: [
      { name: 'first', points: points('firstS') },
      { name: 'last', points: points('lastS') },
    ],
  });
}
