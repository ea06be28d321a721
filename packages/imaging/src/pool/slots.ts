import type { Lane } from './lanes.ts';

/** A place, or a position in the queue for one. */
export interface SlotTicket {
  /** Frees the place, or leaves the queue. Does nothing the second time. */
  leave(): void;
}

/** The limit on concurrent decodes and encodes of all engine processes of a worker, first come, first served. */
export interface Slots {
  request(lane: Lane, onGranted: () => void): SlotTicket;
}

/**
 * @param max places in all; heavy images get all but one. With a single place there is one more for light images, because a
 *   running decode cannot be interrupted for them.
 */
export function createSlots(max: number): Slots {
  const total = Math.max(2, max);
  const places = { light: max, heavy: Math.max(1, max - 1) };
  const taken = { light: 0, heavy: 0 };
  const waiting = new Set<{ readonly lane: Lane; readonly enter: () => void }>();

  const isFree = (lane: Lane) => taken.light + taken.heavy < total && taken[lane] < places[lane];

  function admit(): void {
    for (const next of waiting) {
      if (!isFree(next.lane)) continue;
      waiting.delete(next);
      taken[next.lane] += 1;
      next.enter();
    }
  }

  return {
    request(lane, onGranted) {
      let isInside = false;
      const place = {
        lane,
        enter() {
          isInside = true;
          onGranted();
        },
      };
      waiting.add(place);
      admit();
      return {
        leave() {
          waiting.delete(place);
          if (!isInside) return;
          isInside = false;
          taken[lane] -= 1;
          admit();
        },
      };
    },
  };
}
