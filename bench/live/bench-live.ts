import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { startContenders } from '../api/contenders.ts';
import { lineChart } from '../report/line-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';
import { type ActiveImages, activateImages } from './active-images.ts';
import { openListeners } from './open-listeners.ts';

/** One load: published renditions per second, and listeners per rendition. */
interface Load {
  readonly name: string;
  readonly perSecond: number;
  readonly listenersEach: number;
}

interface Measured extends Load {
  readonly renditions: number;
  readonly events: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface Memory {
  readonly listeners: number;
  readonly beforeMiB: number;
  readonly openMiB: number;
  readonly afterLoadMiB: number;
}

const RATES = [50, 100, 200, 400];
const SETTLE_MS = 5_000;
/** Events that arrive later than this count as lost. */
const LATE_MS = 10_000;

/** Many listeners on one API process: memory per listener, and time from a rendition to all of them. */
export async function benchLive({ quick }: { quick: boolean }): Promise<void> {
  const listeners = quick ? 200 : 5_000;
  const seconds = quick ? 2 : 20;
  /** Load average of the last minute, as a record of other work on the machine. */
  const [loadBefore] = loadavg();
  const contenders = await startContenders();
  try {
    const { ours, redisUrl } = contenders;
    const images = await activateImages(ours, redisUrl, listeners);
    const { ids } = images;
    const rates = (quick ? [50] : RATES).map((perSecond) => ({ name: 'one image each', perSecond, listenersEach: 1 }));
    const clock = createClock();
    await delay(SETTLE_MS);
    const beforeMiB = await residentMiB(ours.pid);
    const each = await openListeners(ours, ids, clock.received);
    await delay(SETTLE_MS);
    const openMiB = await residentMiB(ours.pid);
    const rows: Measured[] = [];
    for (const load of rates) rows.push(await measure(load, images, ids, seconds, clock));
    const memory = { listeners, beforeMiB, openMiB, afterLoadMiB: await residentMiB(ours.pid) };
    each.close();

    // The last image has the fewest renditions so far.
    const shared = ids.at(-1) as string;
    const crowd = await openListeners(
      ours,
      Array.from({ length: listeners }, () => shared),
      clock.received,
    );
    const load = { name: 'all on one image', perSecond: 1, listenersEach: listeners };
    rows.push(await measure(load, images, [shared], quick ? 2 : 5, clock));
    crowd.close();
    await images.stop();
    const markdown = [memoryTable(memory), loadTable(rows)].join('\n\n');
    await writeReport(
      'live',
      { data: { machine: machine(), loadBefore, seconds, memory, rows }, markdown, svg: chart(rows) },
      { quick },
    );
  } finally {
    await contenders.stop();
  }
}

/** Publishes at an even rate, cycling through the images, and waits until every listener has received all events. */
async function measure(
  load: Load,
  images: ActiveImages,
  ids: readonly string[],
  seconds: number,
  clock: Clock,
): Promise<Measured> {
  const renditions = load.perSecond * seconds;
  clock.reset();
  const start = performance.now();
  const published: Promise<void>[] = [];
  for (let index = 0; index < renditions; index += 1) {
    const dueMs = start + (index / load.perSecond) * 1000;
    await delay(Math.max(0, dueMs - performance.now()));
    const imageId = ids[index % ids.length] as string;
    clock.published(imageId);
    published.push(images.publish(imageId));
  }
  await Promise.all(published);
  const events = renditions * load.listenersEach;
  const until = performance.now() + LATE_MS;
  while (clock.count() < events && performance.now() < until) await delay(20);
  if (clock.count() !== events) throw new Error(`Expected ${events} events, received ${clock.count()}.`);
  const times = clock.read();
  console.log(`${load.name}, ${load.perSecond}/s: p50 ${times.p50Ms} ms, p99 ${times.p99Ms} ms, max ${times.maxMs} ms`);
  return { ...load, renditions, events, ...times };
}

type Clock = ReturnType<typeof createClock>;

/** Measures from just before the call that publishes a rendition to its event at a listener, both in this process. */
function createClock() {
  const since = new Map<string, number>();
  let micros = createHistogram();
  const ms = (value: number) => Math.round(value / 100) / 10;
  return {
    reset: () => {
      micros = createHistogram();
    },
    published: (imageId: string) => void since.set(imageId, performance.now()),
    received: (imageId: string) => {
      const at = since.get(imageId);
      if (at !== undefined) micros.record(Math.max(1, Math.round((performance.now() - at) * 1000)));
    },
    count: () => micros.count,
    read: () => ({ p50Ms: ms(micros.percentile(50)), p99Ms: ms(micros.percentile(99)), maxMs: ms(micros.max) }),
  };
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

function memoryTable({ listeners, beforeMiB, openMiB, afterLoadMiB }: Memory): string {
  const kib = (mib: number) => (((mib - beforeMiB) * 1024) / listeners).toFixed(1);
  return markdownTable(
    ['listeners', 'RSS MiB', 'KiB per listener'],
    [
      ['none', beforeMiB.toFixed(0), ''],
      [`${listeners.toLocaleString('en')}, idle`, openMiB.toFixed(0), kib(openMiB)],
      ['the same, after the load', afterLoadMiB.toFixed(0), kib(afterLoadMiB)],
    ],
  );
}

function loadTable(rows: readonly Measured[]): string {
  return markdownTable(
    ['listeners', 'renditions per s', 'events', 'p50 ms', 'p99 ms', 'max ms'],
    rows.map(({ name, perSecond, events, p50Ms, p99Ms, maxMs }) => [
      name,
      String(perSecond),
      events.toLocaleString('en'),
      String(p50Ms),
      String(p99Ms),
      String(maxMs),
    ]),
  );
}

function chart(rows: readonly Measured[]): string {
  const spread = rows.filter(({ listenersEach }) => listenersEach === 1);
  const series = (['p50Ms', 'p99Ms'] as const).map((quantile) => ({
    name: quantile === 'p50Ms' ? 'median' : '99th percentile',
    points: spread.map((row) => ({ x: row.perSecond, y: row[quantile] })),
  }));
  return lineChart({
    title: 'Time from a published rendition to its listener, one process',
    xLabel: 'renditions per second',
    yLabel: 'ms',
    yFromZero: true,
    series,
  });
}
