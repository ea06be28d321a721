import { createHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

export interface EvenLoad {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Sends requests at an even rate, as independent callers do: each request has a scheduled time, and does not wait for
 * earlier responses. Latency counts from the scheduled time, and includes stalls for every request during them (this
 * avoids coordinated omission). autocannon would send each second's share in one burst, and measure its own queue.
 *
 * @param rate requests per second
 * @param send resolves with the response's end, and rejects if it is not the expected one
 */
export async function atEvenRate(rate: number, seconds: number, send: () => Promise<void>): Promise<EvenLoad> {
  const micros = createHistogram();
  const start = performance.now();

  async function requestAt(dueMs: number): Promise<void> {
    await send();
    micros.record(Math.max(1, Math.round((performance.now() - start - dueMs) * 1000)));
  }

  const requests: Promise<void>[] = [];
  const total = Math.max(1, Math.round(rate * seconds));
  while (requests.length < total) {
    const dueByNow = Math.min(total, 1 + Math.floor(((performance.now() - start) / 1000) * rate));
    while (requests.length < dueByNow) requests.push(requestAt((requests.length / rate) * 1000));
    await delay(1);
  }
  await Promise.all(requests);
  const elapsedSeconds = (performance.now() - start) / 1000;
  return {
    perSecond: total / elapsedSeconds,
    p50Ms: ms(micros.percentile(50)),
    p99Ms: ms(micros.percentile(99)),
  };
}

/** Microseconds as milliseconds with one decimal: the scheduler's timer has a resolution of 1 ms. */
const ms = (micros: number) => Math.round(micros / 100) / 10;
