import { Redis } from 'ioredis';
import { lineChart } from '../report/line-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { type BesideWorkers, measureBesideWorkers } from './beside-workers.ts';
import { type Contender, startContenders } from './contenders.ts';
import { fillQueue } from './fill-queue.ts';
import { putUnderEvenLoad } from './put-under-even-load.ts';
import { type Measured, putUnderLoad } from './put-under-load.ts';

/** Tickets per second; undefined means the contender's maximum. */
type Load = number | undefined;

interface Row {
  readonly load: Load;
  readonly ours: Measured;
  readonly floor: Measured;
}

interface Filled {
  readonly jobs: number;
  readonly bytesPerJob: number;
  readonly before: Measured;
  readonly after: Measured;
}

const RATES = [125, 250, 500, 750, 1_000];
/** Tickets per second beside rendering workers. */
const RATE_BESIDE_WORKERS = 125;
/** More photographs than one worker can render per second. */
const PHOTOGRAPHS_PER_SECOND = 12;
const WARM_UP_S = 3;

/** One API process at rising load, compared to a handler that only signs a URL and adds a job; then with a full queue. */
export async function benchApi({ quick }: { quick: boolean }): Promise<void> {
  const seconds = quick ? 2 : 15;
  const contenders = await startContenders();
  const redis = new Redis(contenders.redisUrl, { maxRetriesPerRequest: null });
  try {
    const rows: Row[] = [];
    for (const each of [contenders.ours, contenders.floor]) await putUnderLoad(each, WARM_UP_S);
    for (const load of [...(quick ? [100] : RATES), undefined]) {
      const row = {
        load,
        ours: await measure(redis, contenders.ours, load, seconds),
        floor: await measure(redis, contenders.floor, load, seconds),
      };
      rows.push(row);
      console.log(`${name(load)}: ours ${summary(row.ours)}, floor ${summary(row.floor)}`);
    }
    await redis.flushdb();
    const rate = RATE_BESIDE_WORKERS;
    const besideWorkers = await measureBesideWorkers(contenders, seconds * PHOTOGRAPHS_PER_SECOND, () =>
      putUnderEvenLoad(contenders.ours, rate, seconds),
    );
    console.log(`beside workers: idle ${summary(besideWorkers.idle)}, busy ${summary(besideWorkers.busy)}`);
    const filled = await measureFilled(redis, contenders.ours, { jobs: quick ? 2_000 : 1_000_000, seconds });
    const report = {
      data: { machine: machine(), seconds, rows, besideWorkers, filled },
      markdown: [loadTable(rows), besideWorkersTable(besideWorkers), filledTable(filled)].join('\n\n'),
      svg: chart(rows),
    };
    await writeReport('api', report, { quick });
  } finally {
    redis.disconnect();
    await contenders.stop();
  }
}

/** Empties Redis first, because jobs of the previous contender would slow this one down. */
async function measure(redis: Redis, contender: Contender, load: Load, seconds: number): Promise<Measured> {
  await redis.flushdb();
  return load === undefined ? putUnderLoad(contender, seconds) : putUnderEvenLoad(contender, load, seconds);
}

async function measureFilled(redis: Redis, ours: Contender, size: { jobs: number; seconds: number }): Promise<Filled> {
  const { jobs, seconds } = size;
  const before = await measure(redis, ours, undefined, seconds);
  const bytesPerJob = await fillQueue(redis, jobs);
  return { jobs, bytesPerJob, before, after: await putUnderLoad(ours, seconds) };
}

const name = (load: Load) => (load === undefined ? 'maximum' : `${load}/s`);
const perSecond = ({ ticketsPerSecond }: Measured) => ticketsPerSecond.toFixed(0);
const latency = ({ p50Ms, p99Ms }: Measured) => `${p50Ms} / ${p99Ms}`;
const summary = (measured: Measured) => `${perSecond(measured)}/s (p50 / p99 ${latency(measured)} ms)`;

function loadTable(rows: readonly Row[]): string {
  return markdownTable(
    ['requested rate', 'ours, per s', 'floor, per s', 'ours ÷ floor', 'ours, p50 / p99 ms', 'floor, p50 / p99 ms'],
    rows.map(({ load, ours, floor }) => [
      name(load),
      perSecond(ours),
      perSecond(floor),
      (ours.ticketsPerSecond / floor.ticketsPerSecond).toFixed(2),
      latency(ours),
      latency(floor),
    ]),
  );
}

function besideWorkersTable({ idle, busy }: BesideWorkers): string {
  return markdownTable(
    ['workers', 'tickets per s', 'p50 / p99 ms', 'p99 ÷ idle'],
    [
      ['none', perSecond(idle), latency(idle), ''],
      ['at full load, niced', perSecond(busy), latency(busy), (busy.p99Ms / idle.p99Ms).toFixed(1)],
    ],
  );
}

function filledTable({ jobs, bytesPerJob, before, after }: Filled): string {
  return markdownTable(
    ['jobs in the queue', 'per s', 'p50 / p99 ms', 'empty ÷ full', 'Redis bytes per job'],
    [
      ['0', perSecond(before), latency(before), '', ''],
      [
        jobs.toLocaleString('en'),
        perSecond(after),
        latency(after),
        (before.ticketsPerSecond / after.ticketsPerSecond).toFixed(2),
        bytesPerJob.toFixed(0),
      ],
    ],
  );
}

function chart(rows: readonly Row[]): string {
  const series = (['ours', 'floor'] as const).map((contender) => ({
    name: contender,
    points: rows.map((row) => ({ x: row[contender].ticketsPerSecond, y: row[contender].p99Ms })),
  }));
  return lineChart({
    title: '99th percentile latency of tickets at rising load, one process',
    xLabel: 'tickets per second',
    yLabel: 'ms',
    yFromZero: true,
    series,
  });
}
