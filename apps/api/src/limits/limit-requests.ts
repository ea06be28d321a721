import type { Tenant } from '@imagemill/variants';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { ApiBindings } from '../http/bindings.ts';
import { type RateLimit, takeOne } from './rate-limit.ts';
import type { RequestLimits } from './request-limits.ts';

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
    await takeOfTenant(rate, tenant, isReading ? 'read requests' : 'changes');
    const followed = isFollower(c) && LIVE_PATH.exec(c.req.path)?.[1];
    if (followed) await takeOpening(openings, `${tenant} ${followed}`);
    if (c.req.method === 'DELETE') await takeOfTenant(deletions, tenant, 'deletions');
    await next();
    if (c.res.status === 404) await rate?.take(tenant, UNKNOWN_IMAGE_COST - 1);
  });

const isRead = ({ req: { method } }: Context) => method === 'GET' || method === 'HEAD';

/** Whether the caller has a follow token, not an API key. An image has one token. */
const isFollower = ({ var: { caller } }: Context<ApiBindings>) => caller.keyId === undefined;

const takeOpening = (rate: RateLimit | undefined, token: string) =>
  takeOne(
    rate,
    token,
    ({ limit, windowSeconds }) => `A follow token can open ${limit} live connections every ${windowSeconds} s.`,
  );

const takeOfTenant = (rate: RateLimit | undefined, tenant: Tenant, what: string) =>
  takeOne(
    rate,
    tenant,
    ({ limit, windowSeconds }) => `This tenant can make ${limit} ${what} every ${windowSeconds} s.`,
  );
