import { type Coded, type Plan, type PlanCosts, planOfEfforts, views } from './plans.ts';

const EFFORTS: Readonly<Record<Coded, readonly number[]>> = { avif: [0, 1, 2, 3], webp: [2, 4, 5] };

/**
 * The settings by size, with the bit depth in use, with the fewest bytes at the views of the sizes, on the mean of both metrics, whose CPU is within a limit. A larger
 * size never has a higher effort.
 *
 * @param cpuMsMax of one image
 */
export function bestEfforts(format: Coded, costs: (plan: Plan) => PlanCosts, cpuMsMax: number): Plan {
  const sizes = Object.keys(views);
  const candidates = descending(sizes.length, EFFORTS[format]).map((efforts) => {
    const bySize = Object.fromEntries(sizes.map((size, index) => [size, efforts[index] ?? 0]));
    const plan = planOfEfforts(format, bySize);
    const { atViews, cpuMs } = costs(plan);
    return { plan, cpuMs, bytes: atViews.bytes.butteraugli + atViews.bytes.ssimulacra2 };
  });
  const [best] = candidates.filter(({ cpuMs }) => cpuMs <= cpuMsMax).sort((a, b) => a.bytes - b.bytes);
  if (!best) throw new Error(`No efforts of ${format} need at most ${cpuMsMax} ms.`);
  return best.plan;
}

/** All lists of this length in which no effort is followed by a higher one. */
function descending(length: number, efforts: readonly number[]): number[][] {
  if (length === 0) return [[]];
  return descending(length - 1, efforts).flatMap((list) =>
    efforts.filter((effort) => effort <= (list.at(-1) ?? Number.POSITIVE_INFINITY)).map((effort) => [...list, effort]),
  );
}
