import { inSpan } from '@imagemill/tracing';

/** The steps of a render, in order. */
export const steps = ['queue', 'fetch', 'decode', 'encode'] as const;
type Step = (typeof steps)[number];
export type Timings = Partial<Record<Step, number>>;

export interface Stopwatch {
  /** Runs a step in a span, and records its duration. */
  time<T>(step: Step, work: () => Promise<T>): Promise<T>;
  /** Milliseconds by step. */
  readonly timings: Timings;
}

export function createStopwatch(): Stopwatch {
  const timings: Timings = {};
  return {
    timings,
    async time(step, work) {
      const from = performance.now();
      try {
        return await inSpan(step, {}, work);
      } finally {
        timings[step] = performance.now() - from;
      }
    },
  };
}
