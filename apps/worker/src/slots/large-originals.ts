import type { Postponed } from '@imagemill/queue';
import type { Tenant } from '@imagemill/variants';
import { createLimitedSlots, type LimitedSlot } from './limited-slots.ts';

/**
 * Large originals that a worker downloads and inspects at once. Their bytes are copied several times on the way to an engine process, which takes as much CPU as
 * the rendering of a small picture: several at once would delay those of everybody.
 */
export interface LargeOriginals {
  /** Takes a slot, if the original is large. */
  enter(tenant: Tenant, sizeBytes: number): LimitedSlot | Postponed;
}

const LARGE_BYTES = 16 * 1024 * 1024;
/** Until one has been measured. */
const TYPICAL_MS = 500;

export function createLargeOriginals({ slotsMax }: { slotsMax: number }): LargeOriginals {
  const slots = createLimitedSlots({ reason: 'large-originals-busy', slotsMax, typicalMs: TYPICAL_MS });
  return {
    enter: (tenant, sizeBytes) =>
      sizeBytes > LARGE_BYTES ? slots.acquire(tenant) : { outcome: 'acquired', release() {} },
  };
}
