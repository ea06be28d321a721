import { ExponentialBackoff, halfJitterGenerator, handleAll, retry, TimeoutStrategy, timeout } from 'cockatiel';
import type { Dependency } from './dependency.ts';

const PROBE_MS_MAX = 5_000;
/** The delay between two probes doubles from the first to the second value, minus up to half of it at random. */
const PROBE_DELAY_MS = { initialDelay: 1_000, maxDelay: 10_000 };

/** An outage that has begun or ended. */
export interface OutageChange {
  readonly dependency: string;
  readonly stopsJobs: boolean;
  readonly isAway: boolean;
  /** How long the outage has lasted. */
  readonly awayMs: number;
  /** The error of the probe that found the outage. */
  readonly cause: unknown;
}

/**
 * The circuit breaker of one dependency:
 *
 *     closed ─► check ─► probe answers ─► closed
 *                        │ probe fails
 *                        ▼
 *                        open ─► probes at growing intervals of at most 10 s ─► one answers ─► closed
 *
 * An error of a job never opens it by itself: the object or the command of that job may be at fault.
 */
export interface Breaker {
  readonly dependency: Dependency;
  /** How long the breaker has been open, in ms; undefined while it is closed. */
  awayMs(): number | undefined;
  /** Probes the dependency, unless the breaker is open. Calls during a probe share it. @returns whether it is open */
  check(): Promise<boolean>;
  onChange(listener: (change: OutageChange) => void): void;
  /** Ends the probes. */
  stop(): void;
}

/** @param probeDelayMs another delay between probes, for tests */
export function createBreaker(dependency: Dependency, probeDelayMs = PROBE_DELAY_MS): Breaker {
  const stopped = new AbortController();
  const listeners: ((change: OutageChange) => void)[] = [];
  const backoff = new ExponentialBackoff({ ...probeDelayMs, generator: halfJitterGenerator });
  const untilItAnswers = retry(handleAll, { backoff }).dangerouslyUnref();
  const inTime = timeout(PROBE_MS_MAX, TimeoutStrategy.Aggressive);
  let outage: { readonly since: number; readonly cause: unknown } | undefined;
  let checking: Promise<boolean> | undefined;

  const awayMs = () => outage && performance.now() - outage.since;
  const probe = () => inTime.execute(({ signal }) => dependency.probe(signal), stopped.signal);

  function report(isAway: boolean): void {
    const { name, stopsJobs } = dependency;
    const change = { dependency: name, stopsJobs, isAway, awayMs: Math.round(awayMs() ?? 0), cause: outage?.cause };
    if (!isAway) outage = undefined;
    for (const listener of listeners) listener(change);
  }

  function begin(): Promise<boolean> {
    const isOpen = Promise.withResolvers<boolean>();
    const failures = untilItAnswers.onRetry((failure) => {
      if (outage) return;
      outage = { since: performance.now(), cause: 'error' in failure ? failure.error : undefined };
      report(true);
      isOpen.resolve(true);
    });
    void untilItAnswers
      .execute(probe, stopped.signal)
      // Only `stop` ends the probes without an answer.
      .catch(() => {})
      .then(() => {
        failures.dispose();
        checking = undefined;
        if (outage && !stopped.signal.aborted) report(false);
        isOpen.resolve(false);
      });
    return isOpen.promise;
  }

  return {
    dependency,
    awayMs,
    check() {
      checking ??= begin();
      return checking;
    },
    onChange: (listener) => void listeners.push(listener),
    stop: () => stopped.abort(new Error('The process is closing.')),
  };
}
