import type { Breaker, OutageChange } from './breaker.ts';

/**
 * The cause of an error: `away` if a dependency that it concerns is away, `answers` if all of those answer, `unrelated` if it
 * concerns none.
 */
type Verdict = 'away' | 'answers' | 'unrelated';

/** The breakers of all dependencies that a kind of job needs. */
export interface Outages {
  /** The names of the dependencies that are away. */
  away(): readonly string[];
  /** Probes the dependencies that may have caused the error. */
  judge(error: unknown): Promise<Verdict>;
  onChange(listener: (change: OutageChange) => void): void;
}

export function createOutages(breakers: readonly Breaker[]): Outages {
  return {
    away: () => breakers.filter((breaker) => breaker.awayMs() !== undefined).map(({ dependency }) => dependency.name),
    async judge(error) {
      const concerned = breakers.filter(({ dependency }) => dependency.concerns(error));
      if (concerned.length === 0) return 'unrelated';
      const open = await Promise.all(concerned.map((breaker) => breaker.check()));
      return open.includes(true) ? 'away' : 'answers';
    },
    onChange(listener) {
      for (const breaker of breakers) breaker.onChange(listener);
    },
  };
}
