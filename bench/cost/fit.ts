import type { Features } from '@imagemill/imaging';

export interface Observation {
  readonly features: Features;
  readonly measured: number;
}

export type Coefficients = Record<string, number>;

const ROUNDS = 3_000;
/** The coefficients are published with four digits. */
const ROUNDING = 1.001;

/**
 * Coefficients of at least 0 that minimise the relative error, by coordinate descent.
 *
 * @param underWeight weight of a prediction that is too low, relative to one that is too high
 */
export function fitCoefficients(observations: readonly Observation[], underWeight = 1): Coefficients {
  const names = [...new Set(observations.flatMap(({ features }) => Object.keys(features)))];
  // Divided by the measurement: every file counts the same, and the target is 1.
  const rows = observations.map(({ features, measured }) => names.map((name) => (features[name] ?? 0) / measured));
  const factors = names.map(() => 0);
  const predictions = rows.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [column] of names.entries()) {
      const before = factors[column] ?? 0;
      const after = Math.max(0, before + step(rows, predictions, column, underWeight));
      factors[column] = after;
      for (const [index, row] of rows.entries()) {
        predictions[index] = (predictions[index] ?? 0) + (after - before) * (row[column] ?? 0);
      }
    }
  }
  return Object.fromEntries(names.map((name, index) => [name, factors[index] ?? 0]));
}

/** The change of one coefficient that minimises the weighted squared error, with the others as they are. */
function step(rows: readonly number[][], predictions: readonly number[], column: number, underWeight: number): number {
  let gradient = 0;
  let curvature = 0;
  for (const [index, row] of rows.entries()) {
    const value = row[column] ?? 0;
    const missing = 1 - (predictions[index] ?? 0);
    const weight = missing > 0 ? underWeight : 1;
    gradient += weight * missing * value;
    curvature += weight * value * value;
  }
  return curvature > 0 ? gradient / curvature : 0;
}

export function predict(features: Features, coefficients: Coefficients): number {
  return Object.entries(features).reduce((sum, [name, amount = 0]) => sum + amount * (coefficients[name] ?? 0), 0);
}

/** Multiplies all coefficients such that this share of the observations is at or below its prediction. */
export function scaledToCover(
  observations: readonly Observation[],
  coefficients: Coefficients,
  share: number,
): Coefficients {
  const ratios = observations
    .map(({ features, measured }) => measured / predict(features, coefficients))
    .sort((a, b) => a - b);
  const factor = ROUNDING * Math.max(1, ratios[Math.ceil(share * ratios.length) - 1] ?? 1);
  return Object.fromEntries(Object.entries(coefficients).map(([name, value]) => [name, value * factor]));
}
