/** One quality of a setting's curve: means of the same pictures as every other point that it is compared to. */
export interface CurvePoint {
  /** Mean of the logarithms. */
  readonly logBytes: number;
  readonly score: number;
}

/**
 * The bytes that a setting needs for a score, relative to a reference's. Between two points, the logarithm of the bytes is
 * interpolated; beyond the last one, the line through the nearest two is continued.
 *
 * @param curve of two or more points
 * @throws Error if a curve has fewer points, or the same score twice
 */
export function relativeBytes(curve: readonly CurvePoint[], reference: CurvePoint): number {
  const sorted = [...curve].sort((a, b) => a.score - b.score);
  const above = sorted.findIndex(({ score }) => score >= reference.score);
  const end = above === -1 ? sorted.length - 1 : Math.max(1, above);
  const [low, high] = [sorted[end - 1], sorted[end]];
  if (!low || !high || low.score === high.score) throw new Error('A curve needs two points of different scores.');
  const share = (reference.score - low.score) / (high.score - low.score);
  return Math.exp(low.logBytes + share * (high.logBytes - low.logBytes) - reference.logBytes);
}
