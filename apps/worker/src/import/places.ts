/** As long as nothing has been measured. */
const TYPICAL_MS_AT_FIRST = 250;
/** How much the latest one counts. */
const WEIGHT = 0.2;
const RETRY_AFTER_MS_MAX = 60_000;

/** A number of places, and turns for those that find all of them taken. */
export interface Places {
  take(): Place | { readonly outcome: 'full'; readonly retryAfterMs: number };
}

interface Place {
  readonly outcome: 'taken';
  /** Gives the place back. */
  readonly leave: () => void;
}

/**
 * Those that find no place are told times one after the other, as fast as places have become free of late: told all the
 * same time they would come together, find no place again but for the first, and leave the places empty in between.
 *
 * @param now ms since whenever
 */
export function createPlaces(placesMax: number, now: () => number = performance.now.bind(performance)): Places {
  let taken = 0;
  let typicalMs = TYPICAL_MS_AT_FIRST;
  let lastTurnAt = 0;

  function turnIn(): number {
    const turnAt = Math.max(lastTurnAt, now()) + typicalMs / placesMax;
    const retryAfterMs = Math.min(Math.ceil(turnAt - now()), RETRY_AFTER_MS_MAX);
    lastTurnAt = now() + retryAfterMs;
    return retryAfterMs;
  }

  return {
    take() {
      if (taken >= placesMax) return { outcome: 'full', retryAfterMs: turnIn() };
      taken += 1;
      const takenAt = now();
      return {
        outcome: 'taken',
        leave() {
          taken -= 1;
          typicalMs += WEIGHT * (now() - takenAt - typicalMs);
        },
      };
    },
  };
}
