export interface LiveTimes {
  /** Between two keep-alives on a connection. */
  readonly heartbeatMs: number;
  /** The longest life of a connection: its key or token is checked again only when it reconnects. */
  readonly lifetimeMs: number;
  /** When an image is reloaded without a change from Redis: lost changes are found by then. */
  readonly reloadAfterMs: number;
  /** How often the times above are checked. */
  readonly tickMs: number;
}

export const usualTimes: LiveTimes = { heartbeatMs: 15_000, lifetimeMs: 600_000, reloadAfterMs: 60_000, tickMs: 1_000 };
