import type { Postponed } from '@imagemill/queue';
import { isLargeOriginal } from '@imagemill/rendering';
import type { Tenant } from '@imagemill/variants';
import { createLimitedSlots, type LimitedSlot } from './limited-slots.ts';

/** Large originals that a worker downloads and inspects at once: `isLargeOriginal` says why they are few. */
export interface LargeOriginals {
  /** Takes a slot, if the original is large. */
  enter(tenant: Tenant, sizeBytes: number): LimitedSlot | Postponed;
}

/** Until one has been measured. */
const TYPICAL_MS = 500;

export function createLargeOriginals({ slotsMax }: { slotsMax: number }): LargeOriginals {
  const slots = createLimitedSlots({ reason: 'large-originals-busy', slotsMax, typicalMs: TYPICAL_MS });
  return {
    enter: (tenant, sizeBytes) =>
      isLargeOriginal(sizeBytes) ? slots.acquire(tenant) : { outcome: 'acquired', release() {} },
  };
}
