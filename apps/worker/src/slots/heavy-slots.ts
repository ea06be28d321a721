import type { Lane } from '@imagemill/imaging';
import type { Postponed } from '@imagemill/queue';
import type { ImageId, Tenant } from '@imagemill/variants';
import { createLimitedSlots } from './limited-slots.ts';

/**
 * Job slots for heavy images. They are fewer than the worker's jobs: heavy images wait for each other in the engine, and those that
 * wait there must not occupy all slots.
 */
export interface HeavySlots {
  /** Call it for each run of an image. */
  begin(image: { readonly imageId: ImageId; readonly tenant: Tenant }): HeavyRun;
}

export interface HeavyRun {
  /** Whether it has a slot. */
  readonly isHeavy: boolean;
  /**
   * Takes a slot for an image that an earlier run found heavy.
   *
   * @returns `postponed` if none is free: the original need not be read for that
   */
  resume(): Postponed | undefined;
  /** Takes a slot if the image is heavy and has none. @returns `postponed` if none is free */
  take(lane: Lane): Postponed | undefined;
  /** Releases the slot. @param hasFinished whether the image has its manifest */
  end(hasFinished: boolean): void;
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
  const slots = createLimitedSlots({ reason: 'heavy-images-busy', slotsMax, typicalMs });
  const known = new Set<ImageId>();

  function remember(imageId: ImageId): void {
    known.add(imageId);
    const [oldest] = known;
    if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest);
  }

  return {
    begin({ imageId, tenant }) {
      let release: ((hasWorked: boolean) => void) | undefined;

      function acquire(): Postponed | undefined {
        const slot = slots.acquire(tenant);
        if (slot.outcome === 'postponed') {
          remember(imageId);
          return slot;
        }
        release = slot.release;
        return undefined;
      }

      return {
        get isHeavy() {
          return release !== undefined;
        },
        resume: () => (known.has(imageId) ? acquire() : undefined),
        take: (lane) => (lane === 'heavy' && !release ? acquire() : undefined),
        end(hasFinished) {
          release?.(hasFinished);
          release = undefined;
        },
      };
    },
  };
}
