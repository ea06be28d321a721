import { createAdmissions, type createProducerConnection, type RenderQueue } from '@imagemill/queue';
import type { TicketLimits } from './admit-tickets.ts';
import { createBackpressure } from './backpressure.ts';
import { createRateLimit } from './rate-limit.ts';

/** How much a tenant may ask for, and all of them together; 0 for no limit. */
export interface LimitSettings {
  /** Tickets that a tenant gets in a window. */
  readonly tickets: number;
  readonly windowSeconds: number;
  readonly unfinishedMax: number;
  readonly maxBacklog: number;
  readonly maxBacklogSeconds: number;
}

/** So that one call stays short. */
const TICKETS_A_CALL_MAX = 100;

export interface LimitServices {
  readonly connection: ReturnType<typeof createProducerConnection>;
  readonly prefix: string;
  readonly queue: RenderQueue;
}

export function createLimits({ connection, prefix, queue }: LimitServices, settings: LimitSettings): TicketLimits {
  const { tickets: limit, windowSeconds } = settings;
  return {
    rate: limit === 0 ? undefined : createRateLimit({ connection, prefix, limit, windowSeconds }),
    backpressure: createBackpressure({ queue, ...settings }),
    ticketsMax: Math.min(...[limit, settings.unfinishedMax].filter((most) => most > 0), TICKETS_A_CALL_MAX),
    admissions: createAdmissions({ connection, prefix, unfinishedMax: settings.unfinishedMax }),
  };
}
