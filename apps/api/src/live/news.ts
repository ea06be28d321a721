import type { LiveEvent } from './live-event.ts';
import type { Seen } from './seen.ts';

/** What a listener is told, and what it knows by then. */
export interface News {
  readonly events: readonly LiveEvent[];
  readonly seen: Seen;
}
