import type { Lane } from './lane.ts';
import type { LaneCounts } from './lane-counts.ts';
import type { Grant } from './lanes.ts';

/**
 * One pass over the images that wait, in their order. An image that waits for the memory of its lane is not overtaken by later ones of its
 * lane, or it could wait forever, unless these need none. A heavy image that borrows from the light lane has no claim to its memory before the
 * heavy lane is empty; then it waits for the light images before it, and later ones wait for it.
 */
export interface LanePass {
  /** Whether the next image may start. */
  mayStart(grant: Grant): boolean;
  /** Whether a heavy image waits for light ones to return what it will borrow. */
  readonly isLoanDue: boolean;
}

export function createLanePass(lanes: Pick<LaneCounts, 'borrows' | 'blockedBy'>): LanePass {
  const mustWait = { light: false, heavy: false };
  let isLoanDue = false;

  function blockedBy(grant: Grant): Lane | undefined {
    if (grant.chargedBytes > 0 && mustWait[grant.lane]) return grant.lane;
    return lanes.blockedBy(grant) ?? (mustWait.light && lanes.borrows(grant) ? 'light' : undefined);
  }

  return {
    get isLoanDue() {
      return isLoanDue;
    },
    mayStart(grant) {
      const blocker = blockedBy(grant);
      if (!blocker) return true;
      mustWait[grant.lane] = true;
      mustWait[blocker] = true;
      isLoanDue ||= blocker !== grant.lane;
      return false;
    },
  };
}
