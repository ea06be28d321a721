import { coefficients } from './coefficients.ts';
import { convertedCoefficients } from './converted-coefficients.ts';
import type { Cost } from './cost.ts';
import { type CostSubject, cpuFeatures, type Features, memoryFeatures } from './features.ts';

/**
 * Decoders that hold a whole picture, whatever it is shrunk to, with the part of the predicted memory that they hold at least. Measured were 0.69
 * for AVIF of 10 bits, and 0.97 for all other ones: `acceptance/cost-prediction.test.ts`. The other decoders read a picture in strips.
 */
const heldShares: Readonly<Record<string, number>> = {
  'hold avif': 0.65,
  'hold avif tiles': 0.65,
  ...Object.fromEntries(
    ['heic', 'bmp', 'jxl', 'progressive jpeg', 'interlaced png'].map((decoder) => [`hold ${decoder}`, 0.9]),
  ),
};

/**
 * Predicts the cost of an image from its header. CPU is an estimate. Memory is an upper bound for at least 99 % of the
 * files of the bench, hostile ones included: docs/performance.md has both beside the measurements.
 */
export function predictCost(subject: CostSubject): Cost {
  const memory = memoryFeatures(subject);
  const held = Object.fromEntries(
    Object.entries(heldShares).map(([name, share]) => [name, share * (memory[name] ?? 0)]),
  );
  const memoryFactors = { ...coefficients.memoryBytes, ...convertedCoefficients.memoryBytes };
  return {
    cpuMs: predicted(cpuFeatures(subject), { ...coefficients.cpuMs, ...convertedCoefficients.cpuMs }),
    memoryBytes: predicted(memory, memoryFactors),
    heldBytes: predicted(held, memoryFactors),
  };
}

function predicted(features: Features, factors: Readonly<Record<string, number>>): number {
  return Math.round(
    Object.entries(features).reduce((sum, [name, amount = 0]) => sum + amount * (factors[name] ?? 0), 0),
  );
}
