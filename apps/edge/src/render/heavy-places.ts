import type { Lane } from '@imagemill/imaging';
import type { EnginePlaces } from './lazy-engine.ts';

/** What a render holds while it runs. */
export interface RenderPlace {
  /** Whether an earlier try has found out that the image is heavy. A large original has a heavy place from the beginning, and may be a light image. */
  readonly foundHeavy: boolean;
  /**
   * Call it before the image waits in the engine as a heavy one. Such renders have fewer places: they would wait there for each other, and hold the
   * places of light ones.
   *
   * @throws NoHeavyPlaceError, which the work must let through, if none is free: it is called again when it has one
   */
  becomeHeavy(): void;
}

export interface HeldPlace extends RenderPlace {
  leave(): void;
}

/** The places that heavy renders can have: those of heavy images, and of large originals. */
export interface HeavyPlaces {
  isOneFree(): boolean;
  /** A render begins, in the heavy lane with a place of these. */
  begin(lane: Lane, foundHeavy: boolean): HeldPlace;
}

export class NoHeavyPlaceError extends Error {
  override readonly message = 'Other heavy images are being rendered.';
}

export function createHeavyPlaces(engine: Pick<EnginePlaces, 'heavyMax'>): HeavyPlaces {
  let taken = 0;
  const isOneFree = () => taken < engine.heavyMax;
  return {
    isOneFree,
    begin(lane, foundHeavy) {
      let isHeavy = false;
      function take(): void {
        isHeavy = true;
        taken += 1;
      }
      if (lane === 'heavy') take();
      return {
        foundHeavy,
        becomeHeavy() {
          if (isHeavy) return;
          if (!isOneFree()) throw new NoHeavyPlaceError();
          take();
        },
        leave() {
          if (isHeavy) taken -= 1;
        },
      };
    },
  };
}
