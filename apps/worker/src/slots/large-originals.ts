import type { Postponed } from '@imagemill/queue';
import { createLimitedSlots } from './limited-slots.ts';

/**
 * Large originals that a worker downloads and inspects at once. Their bytes are copied several times on the way to an engine process, which takes as much CPU as
 * the rendering of a small picture: several at once would delay those of everybody.
 */
export interface LargeOriginals {
  /** Takes a slot if the original is large. @returns `postponed` if none is free, else a function that releases it */
  enter(sizeBytes: number): Postponed | { readonly outcome: 'entered'; readonly leave: () => void };
}

const LARGE_BYTES = 16 * 1024 * 1024;
/** Until one has been measured. */
const TYPICAL_MS = 500;

export function createLargeOriginals({ slotsMax }: { slotsMax: number }): LargeOriginals {
  const slots = createLimitedSlots({ slotsMax, typicalMs: TYPICAL_MS });
  return {
    enter(sizeBytes) {
      if (sizeBytes <= LARGE_BYTES) return { outcome: 'entered', leave() {} };
      const slot = slots.acquire();
      if (slot.outcome === 'acquired') return { outcome: 'entered', leave: slot.release };
      return { outcome: 'postponed', reason: 'large-originals-busy', retryAfterMs: slot.retryAfterMs };
    },
  };
}
