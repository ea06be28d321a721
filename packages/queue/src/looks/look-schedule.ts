const LOOK_DELAY_MS_MIN = 5_000;
const LOOK_DELAY_MS_MAX = 60_000;
/** Only our own `complete` call creates an original from parts, and multipart uploads take long. */
const PARTS_LOOK_DELAY_MS_MAX = 600_000;

/**
 * The delay from a look that found no upload to the next one, in ms: the age of the ticket, which doubles it from look to
 * look, between 5 s and one minute, or ten minutes for multipart uploads. This is only a safety net: a reported upload starts
 * its job at once.
 */
export function nextLookDelayMs(ticketAgeMs: number, { inParts }: { inParts: boolean }): number {
  const longest = inParts ? PARTS_LOOK_DELAY_MS_MAX : LOOK_DELAY_MS_MAX;
  return Math.min(Math.max(ticketAgeMs, LOOK_DELAY_MS_MIN), longest);
}
