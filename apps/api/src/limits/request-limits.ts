import { tooMany } from '@imagemill/http';
import type { ImageId, Tenant } from '@imagemill/variants';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { ApiBindings } from '../http/bindings.ts';
import { createRateLimit, type RateLimit, type RateLimitOptions, rateLimitOf } from './rate-limit.ts';

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

/** Paths that take tickets, which have their own limits. */
const TICKET_PATH = /^\/v1\/images\/(?:upload-urls?|import)$/;

const LIVE_PATH = /^\/v1\/images\/([^/]+)\/(?:events|ws)$/;

/** To find that an image does not exist takes seven times the CPU of a status (`bench requests`): the storage is asked as well. */
const UNKNOWN_IMAGE_COST = 7;

/** Counts a request of a tenant, and several for an image that does not exist. @throws Problem 429 `rate-limited` */
export const limitRequests = ({ reads, openings, changes, deletions }: RequestLimits) =>
  createMiddleware<ApiBindings>(async (c, next) => {
    const { tenant } = c.var.caller;
    const isReading = isRead(c);
    if (!isReading && TICKET_PATH.test(c.req.path)) return next();
    const rate = isReading ? reads : changes;
    await takeOne(rate, tenant, isReading ? 'read requests' : 'changes');
    const followed = isFollower(c) && LIVE_PATH.exec(c.req.path)?.[1];
    if (followed) await takeOpening(openings, `${tenant} ${followed}`);
    if (c.req.method === 'DELETE') await takeOne(deletions, tenant, 'deletions');
    await next();
    if (c.res.status === 404) await rate?.take(tenant, UNKNOWN_IMAGE_COST - 1);
  });

const isRead = ({ req: { method } }: Context) => method === 'GET' || method === 'HEAD';

/** Whether the caller has a follow token, not an API key. An image has one token. */
const isFollower = ({ var: { caller } }: Context<ApiBindings>) => caller.keyId === undefined;

const takeOpening = (rate: RateLimit | undefined, token: string) =>
  take(
    rate,
    token,
    ({ limit, windowSeconds }) => `A follow token can open ${limit} live connections every ${windowSeconds} s.`,
  );

const takeOne = (rate: RateLimit | undefined, tenant: Tenant, what: string) =>
  take(rate, tenant, ({ limit, windowSeconds }) => `This tenant can make ${limit} ${what} every ${windowSeconds} s.`);

/** Counts a change of an image that makes a new revision. @throws Problem 429 `rate-limited` */
export const takeImageChange = ({ imageChanges }: RequestLimits, imageId: ImageId) =>
  take(
    imageChanges,
    imageId,
    ({ limit, windowSeconds }) => `An image can be changed ${limit} times in ${windowSeconds / DAY_S} days.`,
  );

async function take(
  rate: RateLimit | undefined,
  whose: string,
  detailOf: (limit: { limit: number; windowSeconds: number }) => string,
): Promise<void> {
  if (!rate) return;
  const state = await rate.take(whose, 1);
  if (state.allowed) return;
  throw tooMany({ code: 'rate-limited', detail: detailOf(state), retryAfterSeconds: state.resetSeconds });
}
