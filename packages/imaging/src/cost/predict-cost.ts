import { coefficients } from './coefficients.ts';
import { convertedCoefficients } from './converted-coefficients.ts';
import type { Cost } from './cost.ts';
import { type CostSubject, cpuFeatures, type Features, memoryFeatures } from './features.ts';

/** Decoders that hold a whole picture, whatever it is shrunk to. The other ones read it in strips. */
const holders = ['avif', 'avif tiles', 'heic', 'bmp', 'jxl', 'progressive jpeg', 'interlaced png'].map(
  (decoder) => `hold ${decoder}`,
);
/**
 * Measured memory is at least 0.69 of what the coefficients predict that such a decoder holds (AVIF of 10 bits; 0.97 for all other ones):
 * `acceptance/cost-prediction.test.ts`.
 */
const HELD_SHARE = 0.65;

/**
 * Predicts the cost of an image from its header. CPU is an estimate. Memory is an upper bound for at least 99 % of the
 * files of the bench, hostile ones included: docs/performance.md has both beside the measurements.
 */
export function predictCost(subject: CostSubject): Cost {
  const memory = memoryFeatures(subject);
  const held = Object.fromEntries(holders.map((name) => [name, memory[name] ?? 0]));
  const memoryFactors = { ...coefficients.memoryBytes, ...convertedCoefficients.memoryBytes };
  return {
    cpuMs: predicted(cpuFeatures(subject), { ...coefficients.cpuMs, ...convertedCoefficients.cpuMs }),
    memoryBytes: predicted(memory, memoryFactors),
    heldBytes: Math.round(HELD_SHARE * predicted(held, memoryFactors)),
  };
}

function predicted(features: Features, factors: Readonly<Record<string, number>>): number {
  return Math.round(
    Object.entries(features).reduce((sum, [name, amount = 0]) => sum + amount * (factors[name] ?? 0), 0),
  );
}
