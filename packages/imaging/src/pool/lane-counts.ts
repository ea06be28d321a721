import type { Lane } from './lane.ts';
import type { Grant } from './lanes.ts';

export interface LaneLimits {
  /** Heavy images at once. */
  readonly heavyMax: number;
  /** Charged to all images of a lane together at most. */
  readonly laneBytesMax: Readonly<Record<Lane, number>>;
}

/** The images that have a process, and the memory that they are charged. */
export interface LaneCounts {
  mustWait(grant: Grant): boolean;
  count(grant: Grant): CountedImage;
}

interface CountedImage {
  /** Charges the image for other memory. @returns false, and changes nothing, if it must wait for that */
  recharge(chargedBytes: number): boolean;
  /** Returns what was counted. */
  leave(): void;
}

export function createLaneCounts({ heavyMax, laneBytesMax }: LaneLimits): LaneCounts {
  const images = { light: 0, heavy: 0 };
  const charged = { light: 0, heavy: 0 };

  const hasMemory = ({ lane, chargedBytes }: Grant) =>
    chargedBytes <= 0 || charged[lane] === 0 || charged[lane] + chargedBytes <= laneBytesMax[lane];

  return {
    mustWait: (grant) => (grant.lane === 'heavy' && images.heavy >= heavyMax) || !hasMemory(grant),
    count({ lane, chargedBytes }) {
      let own = 0;
      function charge(bytes: number): void {
        charged[lane] += bytes - own;
        own = bytes;
      }
      images[lane] += 1;
      charge(chargedBytes);
      return {
        recharge(bytes) {
          const fits = hasMemory({ lane, chargedBytes: bytes - own });
          if (fits) charge(bytes);
          return fits;
        },
        leave() {
          images[lane] -= 1;
          charge(0);
        },
      };
    },
  };
}
