import { InvalidArgumentError } from 'commander';
import { z } from 'zod';

const DAY_MS = 24 * 3600_000;
const DAYS_MAX = 3650;
const Time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/**
 * The expiry of a key: `90d` from now, or an ISO 8601 date (its start in UTC) or time.
 *
 * @throws InvalidArgumentError for anything else, a time in the past, or more than ten years ahead
 */
export function parseExpiry(text: string, now = Date.now()): Date {
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  const at = days === undefined ? Date.parse(Time.safeParse(text).data ?? '') : now + Number(days) * DAY_MS;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It must be a number of days such as 90d, or a date such as 2030-12-31.');
  if (at <= now) throw new InvalidArgumentError('It must be in the future.');
  if (at > now + DAYS_MAX * DAY_MS) throw new InvalidArgumentError(`It must be within ${DAYS_MAX} days.`);
  return new Date(at);
}
