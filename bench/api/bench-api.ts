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

/** Tickets a second; undefined is as many as the contender gives out. */
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
/** Tickets a second beside workers that render. */
const RATE_BESIDE_WORKERS = 125;
/** Photographs that one worker can't make in a second. */
const PHOTOGRAPHS_A_SECOND = 12;
const WARM_UP_S = 3;

/** One process of the API at rising load, beside a handler that only signs and only adds a job, and with a full queue. */
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
      console.log(`${name(load)}: ours ${told(row.ours)}, floor ${told(row.floor)}`);
    }
    await redis.flushdb();
    const rate = RATE_BESIDE_WORKERS;
    const besideWorkers = await measureBesideWorkers(contenders, seconds * PHOTOGRAPHS_A_SECOND, () =>
      putUnderEvenLoad(contenders.ours, rate, seconds),
    );
    console.log(`beside workers: idle ${told(besideWorkers.idle)}, busy ${told(besideWorkers.busy)}`);
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

/** On an empty Redis each time, so that a contender does not pay for the jobs of the one before. */
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

const name = (load: Load) => (load === undefined ? 'as many as it can' : `${load}/s`);
const perSecond = ({ ticketsPerSecond }: Measured) => ticketsPerSecond.toFixed(0);
const latency = ({ p50Ms, p99Ms }: Measured) => `${p50Ms} / ${p99Ms}`;
const told = (measured: Measured) => `${perSecond(measured)}/s (p50 / p99 ${latency(measured)} ms)`;

function loadTable(rows: readonly Row[]): string {
  return markdownTable(
    ['tickets asked for', 'ours, per s', 'floor, per s', 'ours ÷ floor', 'ours, p50 / p99 ms', 'floor, p50 / p99 ms'],
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
      ['rendering flat out, niced', perSecond(busy), latency(busy), (busy.p99Ms / idle.p99Ms).toFixed(1)],
    ],
  );
}

function filledTable({ jobs, bytesPerJob, before, after }: Filled): string {
  return markdownTable(
    ['jobs queued already', 'per s', 'p50 / p99 ms', 'empty ÷ full', 'bytes of Redis a job'],
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
    title: '99th percentile of a ticket at rising load, one process',
    xLabel: 'tickets per second',
    yLabel: 'ms',
    yFromZero: true,
    series,
  });
}
