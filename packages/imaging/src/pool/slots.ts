import type { Lane } from './lane.ts';

/** A place, or a position in the queue for one. */
export interface SlotTicket {
  /** Frees the place, or leaves the queue. Does nothing the second time. */
  leave(): void;
}

/**
 * The limit on concurrent decodes and encodes of all engine processes of a worker, first come, first served in each lane. A heavy
 * image takes no place from light ones: its processes run at a lower priority, and get the cores that these leave idle.
 */
export interface Slots {
  request(lane: Lane, onGranted: () => void): SlotTicket;
  /** Decodes and encodes that have a place, and those that wait for one. */
  status(): { readonly running: number; readonly waiting: number };
}

/** @param max places of light images; heavy ones get two less, and at least one: a core is left to light ones */
export function createSlots(max: number): Slots {
  const places = { light: max, heavy: Math.max(1, max - 2) };
  const taken = { light: 0, heavy: 0 };
  const waiting = new Set<{ readonly lane: Lane; readonly enter: () => void }>();

  function admit(): void {
    for (const next of waiting) {
      if (taken[next.lane] >= places[next.lane]) continue;
      waiting.delete(next);
      taken[next.lane] += 1;
      next.enter();
    }
  }

  return {
    status: () => ({ running: taken.light + taken.heavy, waiting: waiting.size }),
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
