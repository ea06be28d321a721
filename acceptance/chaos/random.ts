import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random choices, reproducible for the same seed. */
export interface Random {
  /** A whole number from `min` to `max`, inclusive. */
  whole(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
  /** True for `share` (0 to 1) of all calls. */
  chance(share: number): boolean;
}

export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const whole = (min: number, max: number) => uniformInt(generator, min, max);
  return {
    whole,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new Error('Cannot pick from an empty list.');
      return from[whole(0, from.length - 1)] as T;
    },
    chance: (share) => whole(0, 9_999) < share * 10_000,
  };
}
