import type { EndReason, Listener, LiveObserver } from './listener.ts';
import type { LiveTimes } from './live-times.ts';

/** The connections that follow an image, whichever it is, and what time does to them. */
export interface Members {
  /** @param onLeft told once, whoever ends it */
  add(listener: Listener, onLeft: () => void): void;
  /** The other side has gone. */
  leave(listener: Listener): void;
  /** Ends it from this side. */
  drop(listener: Listener, reason: EndReason): void;
  dropAll(reason: EndReason): void;
  /** Sends the signs of life that are due, and ends whoever has been here for long enough. */
  tick(): void;
}

interface Member {
  readonly onLeft: () => void;
  readonly leaveAt: number;
  beatAt: number;
}

export function createMembers({ heartbeatMs, lifetimeMs }: LiveTimes, observer: LiveObserver): Members {
  const members = new Map<Listener, Member>();

  function remove(listener: Listener, reason: EndReason | 'left'): void {
    const member = members.get(listener);
    if (!member) return;
    members.delete(listener);
    member.onLeft();
    observer.left(reason);
  }

  function drop(listener: Listener, reason: EndReason): void {
    remove(listener, reason);
    listener.end(reason);
  }

  return {
    add(listener, onLeft) {
      const now = performance.now();
      // At different times for those that came together, so that nothing is due, and nobody comes back, all at once.
      const leaveAt = now + lifetimeMs * (0.8 + 0.2 * Math.random());
      members.set(listener, { onLeft, leaveAt, beatAt: now + heartbeatMs * Math.random() });
      observer.joined();
    },
    leave: (listener) => remove(listener, 'left'),
    drop,
    dropAll(reason) {
      for (const listener of members.keys()) drop(listener, reason);
    },
    tick() {
      const now = performance.now();
      for (const [listener, member] of members) {
        if (now >= member.leaveAt) drop(listener, 'renew');
        else if (now >= member.beatAt) {
          member.beatAt = now + heartbeatMs;
          if (!listener.beat()) drop(listener, 'slow');
        }
      }
    },
  };
}
