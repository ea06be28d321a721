import { coefficients } from './coefficients.ts';
import type { Cost } from './cost.ts';
import { type CostSubject, cpuFeatures, type Features, memoryFeatures } from './features.ts';
import { heicCoefficients } from './heic-coefficients.ts';

/**
 * Predicts the cost of an image from its header. CPU is an estimate. Memory is an upper bound for at least 99 % of the
 * files of the bench, hostile ones included: docs/performance.md has both beside the measurements.
 */
export function predictCost(subject: CostSubject): Cost {
  return {
    cpuMs: predicted(cpuFeatures(subject), { ...coefficients.cpuMs, ...heicCoefficients.cpuMs }),
    memoryBytes: predicted(memoryFeatures(subject), { ...coefficients.memoryBytes, ...heicCoefficients.memoryBytes }),
  };
}

function predicted(features: Features, factors: Readonly<Record<string, number>>): number {
  return Math.round(
    Object.entries(features).reduce((sum, [name, amount = 0]) => sum + amount * (factors[name] ?? 0), 0),
  );
}
