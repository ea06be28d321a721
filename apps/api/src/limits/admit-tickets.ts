import { Problem, tooMany } from '@imagemill/http';
import type { Admissions, IssuedTicket } from '@imagemill/queue';
import type { ImageId } from '@imagemill/variants';
import type { Context } from 'hono';
import type { ApiBindings } from '../http/bindings.ts';
import type { Backpressure } from './backpressure.ts';
import { fingerprint, idempotencyKey } from './idempotency-key.ts';
import { derivedImageIds, newImageId, newSeed } from './image-ids.ts';
import type { RateLimit } from './rate-limit.ts';

/** Limits that share capacity among tenants and protect the workers from overload. */
export interface TicketLimits {
  readonly rate: RateLimit | undefined;
  readonly backpressure: Backpressure;
  readonly admissions: Admissions;
  /** Tickets per call: a call over one of the limits could never be admitted. */
  readonly ticketsMax: number;
}

/** Either an image of the tenant ends within seconds, or its missing uploads keep their places for minutes. */
const FULL_RETRY_AFTER_S = 10;

export interface AdmittedImage {
  readonly imageId: ImageId;
  readonly createdAt: Date;
  /** An earlier request created it. It may be in any state by now, or missing if that request was interrupted. */
  readonly isRepeated: boolean;
}

/**
 * The images of a request for tickets: new ones, or those of an earlier request with the same `Idempotency-Key`.
 * Concurrent requests with one key get the same images; all later steps are idempotent.
 *
 * @throws Problem 429 `overloaded`, 429 `too-many-unfinished`, 429 `rate-limited`, 422 `invalid-idempotency-key`, 422 `idempotency-key-reused`
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
    seed: newSeed(),
    createdAt: new Date().toISOString(),
    fingerprint: key === undefined ? '' : fingerprint(request),
  };
  const overload = await backpressure.overload();
  const admission = await admissions.admit({
    tenant,
    ticket: fresh,
    images: derivedImageIds(fresh.imageId, fresh.seed, tickets).map((imageId, index) => ({
      imageId,
      category: categories[index] ?? '',
    })),
    idempotencyKey: key,
    share: overload?.share,
  });
  if (admission.outcome === 'full') throw full(overload);
  if (admission.outcome === 'paced') throw paced(admission.retryAfterMs);
  if (admission.outcome === 'repeated') return repeated(admission.ticket, fresh, tickets);
  return images(fresh, tickets, { isRepeated: false });
}

function full(overload: { retryAfterSeconds: number } | undefined): Problem {
  if (overload) {
    const detail = 'The service is overloaded, and this tenant has its share of it. Try again later.';
    return tooMany({ code: 'overloaded', detail, retryAfterSeconds: overload.retryAfterSeconds });
  }
  return tooMany({
    code: 'too-many-unfinished',
    detail: 'This tenant has too many unfinished images. Upload them, or wait until they finish.',
    retryAfterSeconds: FULL_RETRY_AFTER_S,
  });
}

const paced = (retryAfterMs: number) =>
  tooMany({
    code: 'rate-limited',
    detail: 'The latest uploads of this tenant were all rejected. Until one is accepted, it gets one ticket a second.',
    retryAfterSeconds: Math.ceil(retryAfterMs / 1_000),
  });

function repeated(known: IssuedTicket, requested: IssuedTicket, tickets: number): AdmittedImage[] {
  if (known.fingerprint !== requested.fingerprint) {
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
  return derivedImageIds(ticket.imageId, ticket.seed, tickets).map((imageId) => ({ imageId, createdAt, isRepeated }));
}
