export interface LiveTimes {
  /** Between two signs of life on a connection. */
  readonly heartbeatMs: number;
  /** How long one connection lasts at most: its key or token is looked at again only when it comes back. */
  readonly lifetimeMs: number;
  /** When an image is looked at although nothing was told of it: what Redis forgot to say is not silent for ever. */
  readonly lookAgainMs: number;
  /** How often all of this is looked after. */
  readonly tickMs: number;
}

export const usualTimes: LiveTimes = { heartbeatMs: 15_000, lifetimeMs: 600_000, lookAgainMs: 60_000, tickMs: 1_000 };
