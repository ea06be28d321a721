import { Redis } from 'ioredis';
import { lineChart } from '../report/line-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { type Contender, startContenders } from './contenders.ts';
import { fillQueue } from './fill-queue.ts';
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

const RATES = [250, 500, 1_000, 1_500, 2_000];
const WARM_UP_S = 3;

/** One process of the API at rising load, beside a handler that only signs and only adds a job, and with a full queue. */
export async function benchApi({ quick }: { quick: boolean }): Promise<void> {
  const seconds = quick ? 2 : 15;
  const contenders = await startContenders();
  const redis = new Redis(contenders.redisUrl, { maxRetriesPerRequest: null });
  try {
    const rows: Row[] = [];
    for (const each of [contenders.ours, contenders.floor]) await putUnderLoad(each, undefined, WARM_UP_S);
    for (const load of [...(quick ? [100] : RATES), undefined]) {
      const row = {
        load,
        ours: await measure(redis, contenders.ours, load, seconds),
        floor: await measure(redis, contenders.floor, load, seconds),
      };
      rows.push(row);
      console.log(`${name(load)}: ours ${told(row.ours)}, floor ${told(row.floor)}`);
    }
    const filled = await measureFilled(redis, contenders.ours, { jobs: quick ? 2_000 : 1_000_000, seconds });
    const report = {
      data: { machine: machine(), seconds, rows, filled },
      markdown: [loadTable(rows), filledTable(filled)].join('\n\n'),
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
  return putUnderLoad(contender, load, seconds);
}

async function measureFilled(redis: Redis, ours: Contender, size: { jobs: number; seconds: number }): Promise<Filled> {
  const { jobs, seconds } = size;
  const before = await measure(redis, ours, undefined, seconds);
  const bytesPerJob = await fillQueue(redis, jobs);
  return { jobs, bytesPerJob, before, after: await putUnderLoad(ours, undefined, seconds) };
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
