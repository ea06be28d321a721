import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { Pool } from 'undici';
import type { Contender } from './contenders.ts';
import { usageOf } from './process-usage.ts';

const REQUEST_TIMEOUT_MS = 120_000;

/** A run over some pictures. */
export interface Run {
  readonly seconds: number;
  readonly pictures: number;
  readonly micros: RecordableHistogram;
  /** For each picture. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

export interface Fetched {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  /** Of each run. */
  readonly cpuMsOfRuns: readonly number[];
  readonly rssMb: number;
}

/**
 * Requests each path once over this many connections, and reads the CPU time and memory of the contender.
 *
 * @throws Error if a response is not a picture
 */
export async function fetchPictures(from: Contender, paths: readonly string[], connections: number): Promise<Run> {
  const pool = openPool(from, connections);
  const micros = createHistogram();
  const waiting = [...paths];
  try {
    const [before, start] = [await usageOf(from.pid), performance.now()];
    const work = async () => {
      for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
        const sent = performance.now();
        await getPicture(pool, path);
        micros.record(Math.max(1, Math.round((performance.now() - sent) * 1000)));
      }
    };
    await Promise.all(Array.from({ length: connections }, work));
    const [seconds, after] = [(performance.now() - start) / 1000, await usageOf(from.pid)];
    const cpuMs = ((after.cpuSeconds - before.cpuSeconds) * 1000) / paths.length;
    return { seconds, pictures: paths.length, micros, cpuMs, rssMb: after.rssMb };
  } finally {
    await pool.destroy();
  }
}

/** Runs of one contender over as many pictures each. */
export function sumOfRuns(runs: readonly Run[]): Fetched {
  const micros = createHistogram();
  for (const run of runs) micros.add(run.micros);
  const sum = (of: (run: Run) => number) => runs.reduce((all, run) => all + of(run), 0);
  return {
    perSecond: sum(({ pictures }) => pictures) / sum(({ seconds }) => seconds),
    p50Ms: micros.percentile(50) / 1000,
    p99Ms: micros.percentile(99) / 1000,
    cpuMs: sum(({ cpuMs }) => cpuMs) / runs.length,
    cpuMsOfRuns: runs.map(({ cpuMs }) => cpuMs),
    rssMb: runs.at(-1)?.rssMb ?? 0,
  };
}

export const openPool = ({ url }: Pick<Contender, 'url'>, connections: number) =>
  new Pool(url, { connections, headersTimeout: REQUEST_TIMEOUT_MS, bodyTimeout: REQUEST_TIMEOUT_MS });

/** @returns the response's headers and size */
export async function getPicture(pool: Pool, path: string) {
  const { statusCode, headers, body } = await pool.request({ path, method: 'GET' });
  const bytes = Buffer.from(await body.arrayBuffer());
  if (statusCode !== 200) throw new Error(`${path} responded ${statusCode}: ${bytes.toString('utf8', 0, 200)}`);
  return { headers, bytes };
}
