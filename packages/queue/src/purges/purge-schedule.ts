const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Delay after each failed attempt: quick at first, since the picture is still public, and 21 h in all. */
const DELAYS_MS = [
  ...[2 * SECOND_MS, 10 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 20 * MINUTE_MS],
  ...[HOUR_MS, 3 * HOUR_MS, 8 * HOUR_MS, 8 * HOUR_MS],
];

/** Each delay is shortened by up to this share, to spread the retries of purges that failed together. */
const JITTER = 0.2;

const BUSY_MS_MIN = 5 * SECOND_MS;
const BUSY_MS_MAX = 10 * MINUTE_MS;

/** The retry schedule of purges. */
export const purgeSchedule = {
  attempts: DELAYS_MS.length + 1,

  /** @param attemptsMade failed attempts so far, from 1 */
  delayMs(attemptsMade: number): number {
    const delay = DELAYS_MS[Math.min(attemptsMade, DELAYS_MS.length) - 1] ?? 0;
    return Math.round(delay * (1 - JITTER * Math.random()));
  },

  /**
   * How long a purge waits for a CDN that takes no more at the moment. It grows, since all purges of a mass deletion ask again.
   *
   * @param before how often this purge has waited already
   */
  busyMs: (before: number) => Math.round(Math.min(BUSY_MS_MIN * 2 ** before, BUSY_MS_MAX) * (1 + Math.random())),
} as const;
