import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg } from 'node:os';
import type { NodeProcess } from '@imagemill/local-stack';
import { type Contenders, startContenders } from '../api/contenders.ts';
import { putUnderEvenLoad } from '../api/put-under-even-load.ts';
import { ownCpuSeconds } from '../edge/process-usage.ts';
import { makeSource } from '../engine/sources.ts';
import { followUpload } from '../ready/follow-upload.ts';
import { barChart } from '../report/bar-chart.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { writeReport } from '../report/write-report.ts';

/** `without`: the same programs, with empty functions in place of `packages/tracing`. */
const ARMS = ['without', 'off', 'on'] as const;
type Arm = (typeof ARMS)[number];

const TICKETS_PER_SECOND = 150;
const MEGAPIXELS = 3;
const CATEGORY = 'avatar';

interface Size {
  readonly rounds: number;
  readonly ticketSeconds: number;
  readonly renders: number;
}

interface Program extends Contenders {
  readonly worker: NodeProcess;
}

/** CPU of the API per ticket, and of a worker's main process per render: each round measures every arm, one after the other. */
export async function benchTracing({ quick }: { quick: boolean }): Promise<void> {
  const [loadBefore] = loadavg();
  const size = quick ? { rounds: 1, ticketSeconds: 1, renders: 3 } : { rounds: 7, ticketSeconds: 3, renders: 10 };
  const receiver = await startReceiver();
  const { path } = await makeSource(MEGAPIXELS, 'baseline jpeg');
  const photo = { bytes: await readFile(path), category: CATEGORY };
  const programs = new Map<Arm, Program>();
  try {
    for (const arm of ARMS) programs.set(arm, await start(envOf(arm, receiver.url)));
    const rounds: Record<Arm, Cost>[] = [];
    // The first round finds V8 cold.
    for (let round = 0; round <= size.rounds; round++) {
      const costs = await measureRound(programs, size, photo);
      if (round > 0) rounds.push(costs);
    }
    const data = { machine: machine(), loadBefore, ...size, rounds, spansReceived: receiver.requests() > 0 };
    const report = { data, markdown: table(rounds), svg: chart(rounds) };
    if (!data.spansReceived) throw new Error('With tracing on, no spans were received.');
    await writeReport('tracing', report, { quick });
  } finally {
    for (const { worker, stop } of programs.values()) {
      await worker.stop();
      await stop();
    }
    receiver.close();
  }
}

function envOf(arm: Arm, receiverUrl: string): Record<string, string> {
  if (arm === 'on') return { OTEL_EXPORTER_OTLP_ENDPOINT: receiverUrl };
  if (arm === 'off') return {};
  return { NODE_OPTIONS: `--import ${new URL('./without-tracing.ts', import.meta.url).href}` };
}

async function start(env: Record<string, string>): Promise<Program> {
  const contenders = await startContenders({ own: env });
  return { ...contenders, worker: await contenders.startWorker() };
}

/** Accepts everything. */
async function startReceiver() {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    request.resume().on('end', () => response.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests: () => requests, close: () => server.close() };
}

interface Cost {
  readonly ticketMs: number;
  readonly renderMs: number;
}

async function measureRound(
  programs: ReadonlyMap<Arm, Program>,
  { ticketSeconds, renders }: Size,
  photo: Parameters<typeof followUpload>[1],
): Promise<Record<Arm, Cost>> {
  const costs: Partial<Record<Arm, Cost>> = {};
  for (const [arm, program] of programs) {
    const ticketMs = await cpuMs(program.ours.pid, async () => {
      await putUnderEvenLoad(program.ours, TICKETS_PER_SECOND, ticketSeconds);
      return TICKETS_PER_SECOND * ticketSeconds;
    });
    const renderMs = await cpuMs(program.worker.pid, async () => {
      for (let image = 0; image < renders; image++) await followUpload(program, photo);
      return renders;
    });
    costs[arm] = { ticketMs, renderMs };
  }
  console.log(JSON.stringify(costs));
  return costs as Record<Arm, Cost>;
}

/** @param work returns how often it did something */
async function cpuMs(pid: number, work: () => Promise<number>): Promise<number> {
  const before = await ownCpuSeconds(pid);
  const times = await work();
  return ((await ownCpuSeconds(pid)) - before) * (1000 / times);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const quartile = (values: readonly number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.round(part * (values.length - 1))] ?? NaN;

const WORK = [
  ['ticket, API process', 'ticketMs'],
  ['render, main process of the worker', 'renderMs'],
] as const;

function table(rounds: readonly Record<Arm, Cost>[]): string {
  const rows = WORK.flatMap(([name, of]) =>
    ARMS.map((arm) => {
      const ratios = rounds.map((round) => round[arm][of] / round.without[of]);
      const range = [quartile(ratios, 0.25), quartile(ratios, 0.75)].map((ratio) => ratio.toFixed(3)).join(' to ');
      return [
        name,
        arm,
        median(rounds.map((round) => round[arm][of])).toFixed(2),
        ...(arm === 'without' ? ['1', ''] : [median(ratios).toFixed(3), range]),
      ];
    }),
  );
  return markdownTable(['CPU of a', 'tracing', 'ms (median)', '÷ without (median of the rounds)', 'quartiles'], rows);
}

const chart = (rounds: readonly Record<Arm, Cost>[]) =>
  barChart({
    title: 'CPU with tracing, ÷ without',
    reference: 1,
    bars: WORK.flatMap(([name, of]) =>
      ARMS.slice(1).map((arm) => ({
        label: `${name.split(',')[0]}, ${arm}`,
        value: median(rounds.map((round) => round[arm][of] / round.without[of])),
      })),
    ),
  });
