/** The name of the setting for each size in one format. */
export type Plan = Readonly<Record<string, string>>;

/** One setting of one size. */
export interface Choice {
  readonly setting: string;
  /** In any unit, as a part of the sum of all sizes. */
  readonly bytes: number;
  /** Of the encodes of one image. */
  readonly cpuMs: number;
}

export interface PricedPlan {
  readonly plan: Plan;
  readonly bytes: number;
  readonly cpuMs: number;
}

const nothing: PricedPlan = { plan: {}, bytes: 0, cpuMs: 0 };

/**
 * All plans for which no other plan of these choices has fewer bytes with at most its CPU; ascending by CPU. Size by size: a plan that is beaten
 * without the sizes to come is beaten with them.
 */
export const unbeatenPlans = (choices: ReadonlyMap<string, readonly Choice[]>): PricedPlan[] =>
  [...choices].reduce<PricedPlan[]>((plans, [size, own]) => unbeaten(plans.flatMap(withEach(size, own))), [nothing]);

const withEach =
  (size: string, choices: readonly Choice[]) =>
  ({ plan, bytes, cpuMs }: PricedPlan): PricedPlan[] =>
    choices.map((choice) => ({
      plan: { ...plan, [size]: choice.setting },
      bytes: bytes + choice.bytes,
      cpuMs: cpuMs + choice.cpuMs,
    }));

function unbeaten(plans: readonly PricedPlan[]): PricedPlan[] {
  let least = Number.POSITIVE_INFINITY;
  return plans
    .toSorted((a, b) => a.cpuMs - b.cpuMs || a.bytes - b.bytes)
    .filter(({ bytes }) => {
      const isBetter = bytes < least;
      least = Math.min(least, bytes);
      return isBetter;
    });
}
