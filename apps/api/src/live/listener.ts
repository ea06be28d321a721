import type { LiveEvent } from './live-event.ts';

/**
 * Why a stream ends. After `ended` and `deleted` there is nothing more to come; whoever is told anything else connects again,
 * and goes on after the last id that it got.
 */
export type EndReason =
  | 'ended'
  /** The image is not there any more, and nobody deleted it: Redis was lost before anything was uploaded. */
  | 'gone'
  /** It reads too slowly. */
  | 'slow'
  /** It has listened for as long as it may with one look at its key. */
  | 'renew'
  /** This process shuts down. */
  | 'closing';

/** Whoever follows one image over one connection. None of these calls waits, and none throws. */
export interface Listener {
  /** @returns false when it has not read what it was sent before: it is to be dropped */
  send(event: LiveEvent): boolean;
  /** Shows that the connection is alive. @returns false as `send` does, or when the other side does not answer */
  beat(): boolean;
  end(reason: EndReason): void;
}

/** Told of listeners as they come and go. */
export interface LiveObserver {
  joined(): void;
  left(reason: EndReason | 'left'): void;
}
