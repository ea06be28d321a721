/**
 * The constants of the turns, in ticks of 1 ms of slot time. See turn-scripts.ts, which applies them, and turn-model.ts, which
 * states the same rules in TypeScript.
 */
export const turnRules = {
  /** A tag of 0 means no turn to BullMQ. */
  firstTick: 1,
  /** A tenant is at most this far behind the others, whatever it was charged: one day. */
  lagTicksMax: 24 * 3600_000,
  /** Weight of the latest run in a tenant's measured ratio of real to predicted cost. */
  ratioWeight: 0.2,
  ratioMin: 0.05,
  ratioMax: 100,
  /** Timeouts and crashes of a tenant within `offenceTtlMs` after which its jobs cost `penalty` times as much. */
  offencesMax: 3,
  penalty: 8,
  offenceTtlMs: 10 * 60_000,
} as const;
