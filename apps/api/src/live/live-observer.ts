import type { EndReason } from './listener.ts';

/** Told of listeners as they come and go. */
export interface LiveObserver {
  joined(): void;
  left(reason: EndReason | 'left'): void;
}
