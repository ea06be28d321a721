import { inSpan } from '@imagemill/tracing';

export interface Stopwatch {
  /** Runs a step in a span, and records its duration under its name. */
  time<T>(step: string, work: () => Promise<T>): Promise<T>;
  /** Milliseconds by step, and `total` since the stopwatch was created. */
  readings(): Record<string, number>;
}

export function createStopwatch(): Stopwatch {
  const startedAt = performance.now();
  const steps: Record<string, number> = {};
  const since = (from: number) => Math.round(performance.now() - from);
  return {
    async time(step, work) {
      const from = performance.now();
      try {
        return await inSpan(step, {}, work);
      } finally {
        steps[step] = since(from);
      }
    },
    readings: () => ({ ...steps, total: since(startedAt) }),
  };
}
