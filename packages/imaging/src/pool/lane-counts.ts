import type { Lane } from './lane.ts';
import type { Grant } from './lanes.ts';

export interface LaneLimits {
  /** Heavy images at once. */
  readonly heavyMax: number;
  /** Charged to all images of a lane together at most. */
  readonly laneBytesMax: Readonly<Record<Lane, number>>;
  /** What one heavy image that exceeds its lane may borrow from the light lane, which then has less. */
  readonly loanBytesMax: number;
}

/** The images that have a process, and the memory that they are charged. */
export interface LaneCounts {
  /** Whether it needs more than its lane has, even if it were the only one of it. */
  borrows(grant: Grant): boolean;
  /** The lane that has no place or no memory for the image; undefined if it may start. */
  blockedBy(grant: Grant): Lane | undefined;
  count(grant: Grant): CountedImage;
}

interface CountedImage {
  /** Charges the image for other memory. @returns false, and changes nothing, if it must wait for that */
  recharge(chargedBytes: number): boolean;
  /** Returns what was counted. */
  leave(): void;
}

export function createLaneCounts({ heavyMax, laneBytesMax, loanBytesMax }: LaneLimits): LaneCounts {
  const images = { light: 0, heavy: 0 };
  const charged = { light: 0, heavy: 0 };

  const excess = (bytes: number) => Math.max(0, bytes - laneBytesMax.heavy);
  const borrowedFor = ({ lane, chargedBytes }: Grant) =>
    lane === 'heavy' ? Math.min(loanBytesMax, excess(chargedBytes)) : 0;
  const borrows = (grant: Grant) => borrowedFor(grant) > 0;

  /** What the light lane has lent counts as its own. */
  function lightHas(bytes: number): boolean {
    const taken = charged.light + Math.min(loanBytesMax, excess(charged.heavy));
    return bytes <= 0 || taken === 0 || taken + bytes <= laneBytesMax.light;
  }

  /** An image that needs more than its lane has waits until no other one of it needs any. */
  const heavyHas = (bytes: number) => bytes <= 0 || charged.heavy === 0 || charged.heavy + bytes <= laneBytesMax.heavy;

  function blockedBy(grant: Grant): Lane | undefined {
    const { lane, chargedBytes } = grant;
    if (lane === 'heavy' && (images.heavy >= heavyMax || !heavyHas(chargedBytes))) return 'heavy';
    const ofLight = lane === 'light' ? chargedBytes : borrowedFor(grant);
    return lightHas(ofLight) ? undefined : 'light';
  }

  return {
    borrows,
    blockedBy,
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
          const fits = lane === 'light' ? lightHas(bytes - own) : bytes <= own;
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
