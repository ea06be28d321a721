import type { Sweep } from './sweep.ts';

/** Finds tombstones that are no longer needed. */
export const sweepTombstones: Sweep = async ({ deletions }, after, signal) => {
  const { tombstones, nextAfter } = await deletions.oldTombstones({ startAfter: after, signal });
  const findings = tombstones.map((tombstone) => {
    const { imageId } = tombstone;
    return { kind: 'tombstone-not-needed', imageId, repair: () => deletions.endTombstone(tombstone) } as const;
  });
  return { examined: tombstones.length, findings, next: nextAfter };
};
