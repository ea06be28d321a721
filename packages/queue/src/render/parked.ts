import type { RenderImage } from '@imagemill/records';

/** The longest UPLOAD_GRACE_SECONDS. */
const PAST_EXPIRY_MS = 24 * 3600_000;

/**
 * How long the job of an awaited upload stays in the delayed set unless something starts it, in ms: until the upload can no
 * longer arrive. If its looks are lost, the job then starts automatically, and ends.
 */
export const parkedMs = ({ uploadExpiresAt }: RenderImage): number =>
  Math.max(0, Date.parse(uploadExpiresAt) - Date.now()) + PAST_EXPIRY_MS;
