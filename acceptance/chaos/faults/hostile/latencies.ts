import { z } from 'zod';
import { type ClientProgram, niceness, startClient } from './client-program.ts';

/** The smallest value that is at least as large as 99 % of the values. Infinity for no values. */
export function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
}

export interface Latencies {
  /** Milliseconds of each response since the last call; a failed request counts with its time limit. */
  take(): Promise<readonly number[]>;
  close: ClientProgram['kill'];
}

const MEASURE = new URL('./measure-latencies.ts', import.meta.url);

/** Requests a URL ten times a second with an API key, from a process of its own. */
export function measureLatencies(url: string, apiKey: string): Latencies {
  const program = startClient(MEASURE, niceness.measuring, [url, `Bearer ${apiKey}`]);
  return { take: () => program.ask('take', z.array(z.number())), close: program.kill };
}
