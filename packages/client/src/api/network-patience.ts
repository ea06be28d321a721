import { pause } from './pause.ts';

/** For a network that fails although the browser, or Node, takes itself to be online. */
const FAILING_MS_MAX = 60_000;
const RETRY_MS = 2_000;
/** For a browser that says that it is offline. */
const OFFLINE_MS_MAX = 3_600_000;

/** Waits out a lost network: uploads go on by themselves when it is back. */
export interface NetworkPatience {
  /** Whether a failed connection is worth waiting: not before a first response, for that may be a wrong address. */
  isLoss(code: string): boolean;
  /**
   * @param lostAt when the work at hand first failed, in ms since 1970
   * @returns the same for its next failure; undefined once the network has been away for too long
   * @throws the signal's reason
   */
  wait(lostAt: number, signal?: AbortSignal): Promise<number | undefined>;
  /** A server has answered. */
  reached(): void;
}

/** @param onLost called each time that the network is found to be lost */
export function createNetworkPatience(onLost: () => void): NetworkPatience {
  let wasReached = false;
  return {
    isLoss: (code) => (wasReached && code === 'network') || isOffline(),
    async wait(lostAt, signal) {
      onLost();
      if (isOffline()) return (await untilOnline(OFFLINE_MS_MAX, signal)) ? Date.now() : undefined;
      if (Date.now() - lostAt > FAILING_MS_MAX) return undefined;
      await untilOnline(RETRY_MS * (0.5 + Math.random()), signal);
      return lostAt;
    },
    reached() {
      wasReached = true;
    },
  };
}

/** Node has a `navigator` too, which does not say. */
const isOffline = () => globalThis.navigator?.onLine === false;

/** @returns whether the browser has said so within this time */
async function untilOnline(ms: number, signal?: AbortSignal): Promise<boolean> {
  const back = new AbortController();
  const wake = () => back.abort();
  const host = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>;
  host.addEventListener?.('online', wake);
  try {
    await pause(ms, signal ? AbortSignal.any([signal, back.signal]) : back.signal);
    return false;
  } catch {
    signal?.throwIfAborted();
    return true;
  } finally {
    host.removeEventListener?.('online', wake);
  }
}
