import type { LiveEvent } from './live-event.ts';

/**
 * Why a stream ends. `ended` is final; after any other reason the client reconnects and resumes after the last id that
 * it received.
 */
export type EndReason =
  | 'ended'
  /** The image no longer exists, although it was not deleted: Redis lost its data before the upload. */
  | 'gone'
  /** The client reads too slowly. */
  | 'slow'
  /** The connection has reached its maximum lifetime; a reconnect checks the key again. */
  | 'renew'
  /** This process shuts down. */
  | 'closing';

/** One connection that follows one image. None of these calls blocks or throws. */
export interface Listener {
  /** Bytes that the client has not read, besides those in the sockets' own buffers. */
  readonly unreadBytes: number;
  /** @returns false if too much is unread: drop the listener */
  send(event: LiveEvent): boolean;
  /** Sends a keep-alive. @returns false like `send`, or if the client does not answer */
  beat(): boolean;
  end(reason: EndReason): void;
}

/** Called when listeners join and leave. */
export interface LiveObserver {
  joined(): void;
  left(reason: EndReason | 'left'): void;
}
