import type { Admissions, IssuedTicket } from '@imagemill/queue';
import { ImageId } from '@imagemill/variants';
import type { Context } from 'hono';
import { v7 as uuidv7 } from 'uuid';
import type { ApiBindings } from '../http/bindings.ts';
import { Problem } from '../http/problem.ts';
import type { Backpressure } from './backpressure.ts';
import { fingerprint, idempotencyKey } from './idempotency-key.ts';
import { tooMany } from './problems.ts';
import type { RateLimit } from './rate-limit.ts';

/** What keeps one tenant from taking all, and all of them from overwhelming the workers. */
export interface TicketLimits {
  readonly rate: RateLimit | undefined;
  readonly backpressure: Backpressure;
  readonly admissions: Admissions;
}

/** Some image of the tenant's ends within seconds, or its uploads were never made and hold their place for minutes. */
const FULL_RETRY_AFTER_S = 10;

export interface AdmittedImage {
  readonly imageId: ImageId;
  readonly createdAt: Date;
  /** An earlier request was for it: it may have come to anything since, or to nothing when that one broke off. */
  readonly isRepeated: boolean;
}

/**
 * The image that a request for a ticket is for: a new one, or that of an earlier request with the same `Idempotency-Key`.
 * Two requests with one key that come at once both get the same image; all that follows is harmless to do twice.
 *
 * @throws Problem 429 `overloaded`, 429 `too-many-unfinished`, 422 `invalid-idempotency-key`, 422 `idempotency-key-reused`
 */
export async function admitTicket(
  c: Context<ApiBindings>,
  { backpressure, admissions }: TicketLimits,
  request: object,
): Promise<AdmittedImage> {
  const { tenant } = c.var.caller;
  const key = idempotencyKey(c);
  const fresh = {
    imageId: ImageId.parse(uuidv7()),
    createdAt: new Date().toISOString(),
    fingerprint: key === undefined ? '' : fingerprint(request),
  };
  const overload = await backpressure.overload();
  if (overload) {
    const known = key && (await admissions.find(tenant, key));
    if (known) return repeated(c, known, fresh);
    const { retryAfterSeconds } = overload;
    throw tooMany({ code: 'overloaded', detail: 'More work waits than can be taken on now.', retryAfterSeconds });
  }
  const admission = await admissions.admit({ tenant, ticket: fresh, idempotencyKey: key });
  if (admission.outcome === 'full') {
    throw tooMany({
      code: 'too-many-unfinished',
      detail: 'This tenant has as many unfinished images as it can have. Upload or wait for those first.',
      retryAfterSeconds: FULL_RETRY_AFTER_S,
    });
  }
  if (admission.outcome === 'repeated') return repeated(c, admission.ticket, fresh);
  return { imageId: fresh.imageId, createdAt: new Date(fresh.createdAt), isRepeated: false };
}

function repeated(c: Context<ApiBindings>, known: IssuedTicket, asked: IssuedTicket): AdmittedImage {
  if (known.fingerprint !== asked.fingerprint) {
    throw new Problem({
      status: 422,
      code: 'idempotency-key-reused',
      detail: 'This Idempotency-Key was used for another request within the last 24 hours.',
    });
  }
  c.header('idempotent-replayed', 'true');
  return { imageId: known.imageId, createdAt: new Date(known.createdAt), isRepeated: true };
}
