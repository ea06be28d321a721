import type { Lane } from '@imagemill/imaging';
import type { Postponed } from '@imagemill/queue';
import type { ImageId } from '@imagemill/variants';
import { createLimitedSlots } from './limited-slots.ts';

/**
 * Job slots for heavy images. They are fewer than the worker's jobs: heavy images wait for each other in the engine, and those that
 * wait there must not occupy all slots.
 */
export interface HeavySlots {
  /** Call it for each run of an image. */
  begin(imageId: ImageId): HeavyRun;
}

export interface HeavyRun {
  /**
   * Takes a slot for an image that an earlier run found heavy.
   *
   * @returns `postponed` if none is free: the original need not be read for that
   */
  resume(): Postponed | undefined;
  /** Takes a slot if the image is heavy and has none. @returns `postponed` if none is free */
  take(lane: Lane): Postponed | undefined;
  /** Releases the slot. */
  end(): void;
}

/** Until a run of a heavy image has been measured. */
const TYPICAL_MS = 5_000;
/** An image that is forgotten is read once more before it is postponed again. */
const KNOWN_MAX = 10_000;

export function createHeavySlots({
  slotsMax,
  typicalMs = TYPICAL_MS,
}: {
  slotsMax: number;
  typicalMs?: number;
}): HeavySlots {
  const slots = createLimitedSlots({ slotsMax, typicalMs });
  const known = new Set<ImageId>();

  function remember(imageId: ImageId): void {
    known.add(imageId);
    const [oldest] = known;
    if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest);
  }

  return {
    begin(imageId) {
      let release: (() => void) | undefined;

      function acquire(): Postponed | undefined {
        const slot = slots.acquire();
        if (slot.outcome === 'full') {
          remember(imageId);
          return { outcome: 'postponed', reason: 'heavy-images-busy', retryAfterMs: slot.retryAfterMs };
        }
        known.delete(imageId);
        release = slot.release;
        return undefined;
      }

      return {
        resume: () => (known.has(imageId) ? acquire() : undefined),
        take: (lane) => (lane === 'heavy' && !release ? acquire() : undefined),
        end() {
          release?.();
          release = undefined;
        },
      };
    },
  };
}
