import type { Admissions, IssuedTicket } from '@imagemill/queue';
import type { ImageId } from '@imagemill/variants';
import type { Context } from 'hono';
import type { ApiBindings } from '../http/bindings.ts';
import { Problem } from '../http/problem.ts';
import type { Backpressure } from './backpressure.ts';
import { fingerprint, idempotencyKey } from './idempotency-key.ts';
import { derivedImageIds, newImageId } from './image-ids.ts';
import { tooMany } from './problems.ts';
import type { RateLimit } from './rate-limit.ts';

/** What keeps one tenant from taking all, and all of them from overwhelming the workers. */
export interface TicketLimits {
  readonly rate: RateLimit | undefined;
  readonly backpressure: Backpressure;
  readonly admissions: Admissions;
  /** Tickets that one call can ask for: what is over a limit by itself would never be admitted. */
  readonly ticketsMax: number;
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
 * The images that a request for tickets is for: new ones, or those of an earlier request with the same `Idempotency-Key`.
 * Two requests with one key that come at once both get the same; all that follows is harmless to do twice.
 *
 * @throws Problem 429 `overloaded`, 429 `too-many-unfinished`, 422 `invalid-idempotency-key`, 422 `idempotency-key-reused`
 */
export async function admitTickets(
  c: Context<ApiBindings>,
  { backpressure, admissions }: TicketLimits,
  { request, categories }: { readonly request: object; readonly categories: readonly string[] },
): Promise<AdmittedImage[]> {
  const { tenant } = c.var.caller;
  const tickets = categories.length;
  const key = idempotencyKey(c);
  const fresh = {
    imageId: newImageId(),
    createdAt: new Date().toISOString(),
    fingerprint: key === undefined ? '' : fingerprint(request),
  };
  const overload = await backpressure.overload();
  if (overload) {
    const known = key && (await admissions.find(tenant, key));
    if (known) return repeated(known, fresh, tickets);
    const { retryAfterSeconds } = overload;
    throw tooMany({ code: 'overloaded', detail: 'More work waits than can be taken on now.', retryAfterSeconds });
  }
  const admission = await admissions.admit({
    tenant,
    ticket: fresh,
    images: derivedImageIds(fresh.imageId, tickets).map((imageId, index) => ({
      imageId,
      category: categories[index] ?? '',
    })),
    idempotencyKey: key,
  });
  if (admission.outcome === 'full') {
    throw tooMany({
      code: 'too-many-unfinished',
      detail: 'This tenant has as many unfinished images as it can have, or nearly. Upload or wait for those first.',
      retryAfterSeconds: FULL_RETRY_AFTER_S,
    });
  }
  if (admission.outcome === 'repeated') return repeated(admission.ticket, fresh, tickets);
  return images(fresh, tickets, { isRepeated: false });
}

function repeated(known: IssuedTicket, asked: IssuedTicket, tickets: number): AdmittedImage[] {
  if (known.fingerprint !== asked.fingerprint) {
    throw new Problem({
      status: 422,
      code: 'idempotency-key-reused',
      detail: 'This Idempotency-Key was used for another request within the last 24 hours.',
    });
  }
  return images(known, tickets, { isRepeated: true });
}

function images(ticket: IssuedTicket, tickets: number, { isRepeated }: { isRepeated: boolean }): AdmittedImage[] {
  const createdAt = new Date(ticket.createdAt);
  return derivedImageIds(ticket.imageId, tickets).map((imageId) => ({ imageId, createdAt, isRepeated }));
}
