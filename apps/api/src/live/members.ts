import type { EndReason, Listener, LiveObserver } from './listener.ts';

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

/** All live connections of this process, with their keep-alives and lifetimes. */
export interface Members {
  /** @param onLeft called once, whichever side closes the connection */
  add(listener: Listener, onLeft: () => void): void;
  /** The client has disconnected. */
  leave(listener: Listener): void;
  /** Closes the connection from this side. */
  drop(listener: Listener, reason: EndReason): void;
  dropAll(reason: EndReason): void;
  /**
   * Sends the keep-alives that are due, closes connections at the end of their lifetime, and drops those with the most
   * unread bytes if all of them together exceed the limit.
   */
  tick(): void;
}

/** Of all listeners of a process. A whole stream of the product set has about 8 KB. */
const UNREAD_BYTES_MAX = 32 * 1024 * 1024;

interface Member {
  readonly onLeft: () => void;
  readonly leaveAt: number;
  beatAt: number;
}

export function createMembers(
  { heartbeatMs, lifetimeMs }: LiveTimes,
  observer: LiveObserver,
  unreadBytesMax = UNREAD_BYTES_MAX,
): Members {
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

  function dropSlowest(): void {
    const all = [...members.keys()].map((listener) => ({ listener, bytes: listener.unreadBytes }));
    let unread = all.reduce((sum, { bytes }) => sum + bytes, 0);
    if (unread <= unreadBytesMax) return;
    for (const { listener, bytes } of all.sort((one, other) => other.bytes - one.bytes)) {
      if (unread <= unreadBytesMax) return;
      drop(listener, 'slow');
      unread -= bytes;
    }
  }

  return {
    add(listener, onLeft) {
      const now = performance.now();
      // Jitter: connections that start together must not all send keep-alives, or reconnect, at the same time.
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
      dropSlowest();
    },
  };
}
