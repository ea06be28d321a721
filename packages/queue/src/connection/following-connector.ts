import { type SentinelConnectionOptions, SentinelConnector } from 'ioredis';

/**
 * Connects to the primary that sentinels name, and follows their news of another one.
 *
 * ioredis 6.0 keeps the subscriptions of a closed connection until the next one is open. If the news of a failover arrives in between, it
 * ends the connection that is being made, and that for good: its status is `end`, and every command fails until the process ends.
 */
export class FollowingConnector extends SentinelConnector {
  // ioredis passes its own options, and types them as unknown.
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
  }

  override connect(emit: Parameters<SentinelConnector['connect']>[0]): ReturnType<SentinelConnector['connect']> {
    // Ends the subscriptions of the last connection, whose stream is closed.
    this.disconnect();
    return super.connect(emit);
  }
}
