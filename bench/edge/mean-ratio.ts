import type { Miss } from './measure-misses.ts';

export interface MeanRatio {
  readonly mean: number;
  /** The standard error of the mean. */
  readonly error: number;
}

/** The CPU of misses relative to the floor's, as the mean of the cells: the error of a cell is that of the ratios of its rounds. */
export function meanRatio(misses: readonly Miss[], of: 'edge' | 'signed'): MeanRatio {
  const ratios = misses.map((miss) => miss[of].cpuMs / miss.floor.cpuMs);
  const errors = misses.map((miss) =>
    standardError(miss[of].cpuMsOfRuns.map((cpuMs, round) => cpuMs / (miss.floor.cpuMsOfRuns[round] ?? 0))),
  );
  return { mean: meanOf(ratios), error: Math.hypot(...errors) / misses.length };
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function standardError(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
