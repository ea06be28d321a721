/** How a job that failed because of us (storage, network, a crash) is tried again: after 5, 10, 20 and 40 s, less up to a quarter. */
export const retryPolicy = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 5_000, jitter: 0.25 },
} as const;

const CHECK_DELAY_MS_MIN = 5_000;
const CHECK_DELAY_MS_MAX = 60_000;
/** Nobody but our own `complete` makes an original of parts, and their images wait for long. */
const PARTS_CHECK_DELAY_MS_MAX = 600_000;

/**
 * How long a job whose original is not there waits before it looks again, in ms: it doubles from 5 s to a minute,
 * or ten where parts are awaited. This is the safety net only; an upload that is reported starts its job at once.
 *
 * @param checks how often the job has looked already, from 1
 */
export function uploadCheckDelayMs(checks: number, { inParts = false } = {}): number {
  const longest = inParts ? PARTS_CHECK_DELAY_MS_MAX : CHECK_DELAY_MS_MAX;
  return Math.min(CHECK_DELAY_MS_MIN * 2 ** Math.max(0, checks - 1), longest);
}
