const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Delay after each failed attempt. The sum, including the attempts themselves, is below 24 h. */
const DELAYS_MS = [5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 8 * HOUR_MS, 8 * HOUR_MS];

/** Each delay is shortened by up to this share, to spread the retries of deliveries that failed together. */
const JITTER = 0.1;

/** The retry schedule of deliveries, similar to the one that Standard Webhooks proposes. */
export const deliverySchedule = {
  attempts: DELAYS_MS.length + 1,

  /** @param attemptsMade failed attempts so far, from 1 */
  delayMs(attemptsMade: number): number {
    const delay = DELAYS_MS[Math.min(attemptsMade, DELAYS_MS.length) - 1] ?? 0;
    return Math.round(delay * (1 - JITTER * Math.random()));
  },
} as const;
