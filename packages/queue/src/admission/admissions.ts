import { ImageId, type Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { translateRedisErrors } from '../connection/redis-errors.ts';
import { defineAdmit } from './admission-script.ts';
import { INDEXED_MAX, type IndexedImage, indexKey } from './image-index.ts';
import { createUnfinishedImages, UNFINISHED_TTL_MS, unfinishedKey } from './unfinished-images.ts';

/**
 * What a ticket is made from; never the ticket itself, whose URL is a secret. Whoever has this makes the same ticket
 * again, and its job, whose id is the image's: so a caller that repeats itself ends what a crash has left half done.
 */
const IssuedTicket = z.object({
  imageId: ImageId,
  createdAt: z.iso.datetime(),
  /** Tells one request body from another. */
  fingerprint: z.string(),
});
export type IssuedTicket = z.infer<typeof IssuedTicket>;

interface AdmissionRequest {
  readonly tenant: Tenant;
  readonly ticket: IssuedTicket;
  /** The images that it is for: that of the ticket, and those that are derived from it. All are admitted, or none. */
  readonly images: readonly IndexedImage[];
  /** Remembered for 24 h, with the ticket; at most 256 characters. */
  readonly idempotencyKey: string | undefined;
}

type Admission =
  | { readonly outcome: 'admitted' }
  | { readonly outcome: 'full' }
  /** The key was used before, for this ticket. */
  | { readonly outcome: 'repeated'; readonly ticket: IssuedTicket };

/** Who gets more tickets. Every call throws QueueUnavailableError when Redis does not answer. */
export interface Admissions {
  /** Counts the images among their tenant's unfinished ones, if there is a place for all, lists them, and remembers the key. */
  admit(request: AdmissionRequest): Promise<Admission>;
  /** The ticket that a key was used for within the last 24 h. */
  find(tenant: Tenant, idempotencyKey: string): Promise<IssuedTicket | undefined>;
}

export interface AdmissionsOptions {
  readonly connection: Redis;
  readonly prefix: string;
  /** Unfinished images that one tenant may have; 0 for any number. */
  readonly unfinishedMax: number;
  readonly ticketTtlMs?: number;
  /** Idempotency keys that are remembered for one tenant; then the oldest is forgotten. Some 40 MB of Redis, as measured. */
  readonly ticketsMax?: number;
}

const DAY_MS = 24 * 3600_000;

export function createAdmissions(options: AdmissionsOptions): Admissions {
  const { connection: redis, prefix, ticketTtlMs = DAY_MS, ticketsMax = 100_000 } = options;
  const runScript = defineAdmit(redis);
  const unfinished = createUnfinishedImages(redis, prefix);
  const ticketsKey = (tenant: Tenant) => `${prefix}:tickets:${tenant}`;
  const timesKey = (tenant: Tenant) => `${prefix}:ticket-times:${tenant}`;

  async function tryOnce({ tenant, ticket, images, idempotencyKey }: AdmissionRequest): Promise<Admission> {
    const [outcome, known] = await runScript({
      keys: [unfinishedKey(prefix, tenant), ticketsKey(tenant), timesKey(tenant), indexKey(prefix, tenant)],
      images,
      now: Date.parse(ticket.createdAt),
      ceiling: options.unfinishedMax,
      unfinishedTtlMs: UNFINISHED_TTL_MS,
      key: idempotencyKey ?? '',
      ticket: JSON.stringify(ticket),
      ticketTtlMs,
      ticketsMax,
      listedMax: INDEXED_MAX,
    });
    return outcome === 'repeated' ? { outcome, ticket: parseTicket(known) } : { outcome };
  }

  return {
    admit: (request) =>
      translateRedisErrors(async () => {
        const first = await tryOnce(request);
        if (first.outcome !== 'full') return first;
        await unfinished.audit(request.tenant, Date.parse(request.ticket.createdAt));
        return tryOnce(request);
      }),

    find: (tenant, idempotencyKey) =>
      translateRedisErrors(async () => {
        const [known, at] = await Promise.all([
          redis.hget(ticketsKey(tenant), idempotencyKey),
          redis.zscore(timesKey(tenant), idempotencyKey),
        ]);
        const isRemembered = known !== null && Number(at) > Date.now() - ticketTtlMs;
        return isRemembered ? parseTicket(known) : undefined;
      }),
  };
}

const parseTicket = (text: string): IssuedTicket => IssuedTicket.parse(JSON.parse(text));
