import { ImageId, type Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { translateRedisErrors } from '../connection/redis-errors.ts';
import { defineAdmit } from './admission-script.ts';
import { INDEXED_MAX, type IndexedImage, indexKey } from './image-index.ts';
import { createRecentRefusals, type Refusal } from './recent-refusals.ts';
import { rejectionsKey } from './rejections.ts';
import { createUnfinishedImages, UNFINISHED_TTL_MS, unfinishedKey } from './unfinished-images.ts';

/**
 * The data that a ticket is made from, not the ticket itself, because its URL is a secret. The same data yields the same
 * ticket and the same job, whose id is the image's. A repeated request therefore completes the work of a crashed one.
 */
const IssuedTicket = z.object({
  imageId: ImageId,
  /** The ids of the ticket's other images are derived from it. Never part of a response. */
  seed: z.string(),
  createdAt: z.iso.datetime(),
  /** Hash of the request body. */
  fingerprint: z.string(),
});
export type IssuedTicket = z.infer<typeof IssuedTicket>;

interface AdmissionRequest {
  readonly tenant: Tenant;
  readonly ticket: IssuedTicket;
  /** The tenant's share of an overloaded service, in unfinished images, if it is less than `unfinishedMax`. */
  readonly share?: number | undefined;
  /** The image of the ticket, and images derived from it. Either all are admitted or none. */
  readonly images: readonly IndexedImage[];
  /** Stored with the ticket for 24 h; at most 256 characters. */
  readonly idempotencyKey: string | undefined;
}

type Admission =
  | { readonly outcome: 'admitted' }
  | Refusal
  /** The key was already used for this ticket. */
  | { readonly outcome: 'repeated'; readonly ticket: IssuedTicket };

/** Admission control for tickets. */
export interface Admissions {
  /**
   * If the tenant's limits allow all images: counts them as unfinished, adds them to the index and stores the key.
   *
   * @throws QueueUnavailableError
   */
  admit(request: AdmissionRequest): Promise<Admission>;
}

export interface AdmissionsOptions {
  readonly connection: Redis;
  readonly prefix: string;
  /** Maximum number of unfinished images per tenant; 0 for no limit. */
  readonly unfinishedMax: number;
  /** Uploads rejected in a row from which a tenant's tickets are paced; 0, the default, for no limit. */
  readonly rejectionsMax?: number | undefined;
  /** How long an image counts if no worker reports its end. */
  readonly unfinishedTtlMs?: number | undefined;
  readonly ticketTtlMs?: number;
  /** Maximum number of stored idempotency keys per tenant; the oldest are evicted. About 40 MB of Redis, measured. */
  readonly ticketsMax?: number;
  /** Milliseconds of a monotonic clock; the process's by default. */
  readonly clock?: () => number;
}

const DAY_MS = 24 * 3600_000;
/** Between two tickets of a tenant whose uploads are all rejected. Enough for a person who tries one file after the other. */
const PACE_MS = 1_000;

export function createAdmissions(options: AdmissionsOptions): Admissions {
  const { connection: redis, prefix, unfinishedTtlMs = UNFINISHED_TTL_MS } = options;
  const { ticketTtlMs = DAY_MS, ticketsMax = 100_000, rejectionsMax = 0 } = options;
  const runScript = defineAdmit(redis);
  const unfinished = createUnfinishedImages(redis, prefix);
  const ticketsKey = (tenant: Tenant) => `${prefix}:tickets:${tenant}`;
  const timesKey = (tenant: Tenant) => `${prefix}:ticket-times:${tenant}`;

  const ceilingOf = ({ share }: Pick<AdmissionRequest, 'share'>) => lower(options.unfinishedMax, share);
  const refusals = createRecentRefusals(options.clock ?? (() => performance.now()));

  async function tryOnce({ tenant, ticket, images, idempotencyKey, share }: AdmissionRequest): Promise<Admission> {
    const rejections = rejectionsKey(prefix, tenant);
    const [outcome, detail] = await runScript({
      keys: [
        unfinishedKey(prefix, tenant),
        ticketsKey(tenant),
        timesKey(tenant),
        indexKey(prefix, tenant),
        rejections,
        `${rejections}:paced`,
      ],
      images,
      now: Date.parse(ticket.createdAt),
      ceiling: ceilingOf({ share }),
      unfinishedTtlMs,
      key: idempotencyKey ?? '',
      ticket: JSON.stringify(ticket),
      ticketTtlMs,
      ticketsMax,
      listedMax: INDEXED_MAX,
      rejectionsMax,
      paceMs: PACE_MS,
    });
    if (outcome === 'paced') return { outcome, retryAfterMs: detail };
    return outcome === 'repeated' ? { outcome, ticket: parseTicket(detail) } : { outcome };
  }

  return {
    admit: (request) =>
      translateRedisErrors(async () => {
        const { tenant, images, idempotencyKey } = request;
        const wanted = { tenant, images: images.length, ceiling: ceilingOf(request) || Number.POSITIVE_INFINITY };
        // A stored key has its ticket, regardless of refusals.
        const recent = idempotencyKey === undefined ? refusals.of(wanted) : undefined;
        if (recent) return recent;
        let admission = await tryOnce(request);
        if (admission.outcome === 'full') {
          await unfinished.audit(tenant, Date.parse(request.ticket.createdAt));
          admission = await tryOnce(request);
        }
        if (admission.outcome === 'full' || admission.outcome === 'paced') refusals.note(wanted, admission);
        return admission;
      }),
  };
}

/** 0: without a ceiling. */
const lower = (ceiling: number, share: number | undefined) =>
  share === undefined ? ceiling : Math.min(share, ceiling || share);

function parseTicket(text: string): IssuedTicket {
  const stored = JSON.parse(text);
  // Earlier versions derived the ids from the first one. Such a ticket is stored for 24 h.
  return IssuedTicket.parse({ seed: stored.imageId, ...stored });
}
