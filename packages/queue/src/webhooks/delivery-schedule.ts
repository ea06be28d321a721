const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after each failed attempt the next one is made; with the attempts themselves it stays below 24 h. */
const DELAYS_MS = [5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 8 * HOUR_MS, 8 * HOUR_MS];

/** Less up to this share of each delay, so that what failed together is not tried again together. */
const JITTER = 0.1;

/** When a delivery is tried again, much as the Standard Webhooks specification proposes. */
export const deliverySchedule = {
  attempts: DELAYS_MS.length + 1,

  /** @param attemptsMade attempts that failed so far, from 1 */
  delayMs(attemptsMade: number): number {
    const delay = DELAYS_MS[Math.min(attemptsMade, DELAYS_MS.length) - 1] ?? 0;
    return Math.round(delay * (1 - JITTER * Math.random()));
  },
} as const;
