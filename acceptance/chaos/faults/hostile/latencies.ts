import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 100;
const TIMEOUT_MS = 30_000;

/** The smallest value that is at least as large as 99 % of the values. Infinity for no values. */
export function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
}

export interface Latencies {
  /** Milliseconds of each response since the last call; a failed request counts with its time limit. */
  take(): readonly number[];
  stop(): Promise<void>;
}

/** Requests a URL ten times a second, whether or not earlier requests have been answered. */
export function measureLatencies(url: string, headers: Readonly<Record<string, string>>): Latencies {
  const over = new AbortController();
  const pending = new Set<Promise<void>>();
  let taken: number[] = [];

  async function measure(): Promise<void> {
    const since = performance.now();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const ok = await fetch(url, { headers, signal }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (!over.signal.aborted) taken.push(ok ? performance.now() - since : TIMEOUT_MS);
  }

  async function repeat(): Promise<void> {
    while (!over.signal.aborted) {
      const one = measure();
      pending.add(one);
      void one.finally(() => pending.delete(one));
      await delay(EVERY_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  }
  const repeating = repeat();
  return {
    take() {
      const values = taken;
      taken = [];
      return values;
    },
    async stop() {
      over.abort();
      await repeating;
      await Promise.all(pending);
    },
  };
}
