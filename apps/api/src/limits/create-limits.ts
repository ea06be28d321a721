import { createAdmissions, type createProducerConnection, type RenderQueue } from '@imagemill/queue';
import type { TicketLimits } from './admit-tickets.ts';
import { createBackpressure } from './backpressure.ts';
import { createRateLimit } from './rate-limit.ts';

/** Limits per tenant and for all tenants together; 0 for no limit. */
export interface LimitSettings {
  /** Tickets per tenant and window. */
  readonly tickets: number;
  readonly windowSeconds: number;
  readonly unfinishedMax: number;
  /** Uploads rejected in a row from which a tenant gets one ticket a second. */
  readonly rejectionsMax: number;
  readonly maxBacklog: number;
  readonly maxBacklogSeconds: number;
  /** How long an image counts as unfinished if no worker reports its end. */
  readonly unfinishedTtlMs?: number | undefined;
}

/** Keeps each call short. */
const TICKETS_PER_CALL_MAX = 100;

export interface LimitServices {
  readonly connection: ReturnType<typeof createProducerConnection>;
  readonly prefix: string;
  readonly queue: RenderQueue;
}

export function createLimits({ connection, prefix, queue }: LimitServices, settings: LimitSettings): TicketLimits {
  const { tickets: limit, windowSeconds } = settings;
  return {
    rate: limit === 0 ? undefined : createRateLimit({ connection, prefix, what: 'tickets', limit, windowSeconds }),
    backpressure: createBackpressure({ queue, ...settings }),
    ticketsMax: Math.min(...[limit, settings.unfinishedMax].filter((most) => most > 0), TICKETS_PER_CALL_MAX),
    admissions: createAdmissions({ connection, prefix, ...settings }),
  };
}
