/** Retries after faults on our side (storage, network, a crash): after 5, 10, 20 and 40 s, minus up to a quarter. */
export const retryPolicy = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 5_000, jitter: 0.25 },
} as const;

const CHECK_DELAY_MS_MIN = 5_000;
const CHECK_DELAY_MS_MAX = 60_000;
/** Only our own `complete` call creates an original from parts, and multipart uploads take long. */
const PARTS_CHECK_DELAY_MS_MAX = 600_000;

/**
 * How long a job without an original waits before its next check, in ms. It doubles from 5 s up to one minute, or up to ten
 * minutes for multipart uploads. This is only a safety net: a reported upload starts its job at once.
 *
 * @param checks number of checks so far, from 1
 */
export function uploadCheckDelayMs(checks: number, { inParts = false } = {}): number {
  const longest = inParts ? PARTS_CHECK_DELAY_MS_MAX : CHECK_DELAY_MS_MAX;
  return Math.min(CHECK_DELAY_MS_MIN * 2 ** Math.max(0, checks - 1), longest);
}
