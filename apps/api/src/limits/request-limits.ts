import type { ImageId } from '@imagemill/variants';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { createRateLimit, type RateLimit, type RateLimitOptions, rateLimitOf, takeOne } from './rate-limit.ts';

/** Limits on a tenant's calls other than requests for tickets, which have their own. Undefined for no limit. */
export interface RequestLimits {
  /** Status, parts, live connections, and each image that a listing looks up: in this process, without Redis. */
  readonly reads: RateLimit | undefined;
  /** Live connections that one follow token opens: in this process, without Redis. */
  readonly openings: RateLimit | undefined;
  /** `complete`, `reprocess`, parts and deletions. */
  readonly changes: RateLimit | undefined;
  /** Deletions in a day: each one leaves a job, a note and a tombstone behind. */
  readonly deletions: RateLimit | undefined;
  /** Of one image's focus or enhancement: the renditions of each earlier revision stay for a while. */
  readonly imageChanges: RateLimit;
}

export interface RequestLimitSettings {
  readonly reads: number;
  readonly changes: number;
  readonly windowSeconds: number;
  readonly deletionsPerDay: number;
  /** Live connections that a follow token may hold. */
  readonly listenersPerTokenMax: number;
}

const DAY_S = 24 * 3600;
/** As long as earlier revisions stay by default. */
const IMAGE_CHANGES_WINDOW_S = 30 * DAY_S;
export const IMAGE_CHANGES_MAX = 50;
/** For each connection that a token may hold, in this window: enough to open all of them, lose them, and open them again, twice. */
const OPENINGS_PER_PLACE = 3;
const OPENINGS_WINDOW_S = 10;

export function createRequestLimits(
  connection: Pick<RateLimitOptions, 'connection' | 'prefix'>,
  { reads, changes, windowSeconds, deletionsPerDay, listenersPerTokenMax }: RequestLimitSettings,
): RequestLimits {
  const shared = (what: string, limit: number, duration: number) =>
    limit === 0 ? undefined : createRateLimit({ ...connection, what, limit, windowSeconds: duration });
  return {
    reads: ofProcess(reads, windowSeconds),
    openings: ofProcess(listenersPerTokenMax * OPENINGS_PER_PLACE, OPENINGS_WINDOW_S),
    changes: shared('changes', changes, windowSeconds),
    deletions: shared('deletions', deletionsPerDay, DAY_S),
    imageChanges: createRateLimit({
      ...connection,
      what: 'image-changes',
      limit: IMAGE_CHANGES_MAX,
      windowSeconds: IMAGE_CHANGES_WINDOW_S,
    }),
  };
}

function ofProcess(limit: number, windowSeconds: number): RateLimit | undefined {
  if (limit === 0) return undefined;
  return rateLimitOf(new RateLimiterMemory({ points: limit, duration: windowSeconds }), { limit, windowSeconds });
}

/** Counts a change of an image that makes a new revision. @throws Problem 429 `rate-limited` */
export const takeImageChange = ({ imageChanges }: RequestLimits, imageId: ImageId) =>
  takeOne(
    imageChanges,
    imageId,
    ({ limit, windowSeconds }) => `An image can be changed ${limit} times in ${windowSeconds / DAY_S} days.`,
  );
