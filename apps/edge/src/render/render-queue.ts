import type { Tenant } from '@imagemill/variants';
import { queueFull, tenantQueueFull } from '../http/picture-problems.ts';

export interface RenderQueueLimits {
  /** Renders at the same time. */
  readonly runningMax: number;
  readonly waitingMax: number;
  /** The part of all places, running and waiting, that one tenant may take; 0 to 1. */
  readonly tenantShare: number;
}

/** Renders of this process, first come, first served. */
export interface RenderQueue {
  /**
   * Runs `work` when it has a place.
   *
   * @param signal ends the wait, not the work
   * @throws Problem 503 `render-queue-full` or `tenant-queue-full` at once; the signal's reason
   */
  run<T>(tenant: Tenant, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  status(): { readonly running: number; readonly waiting: number };
}

interface Waiting {
  start(): void;
}

export function createRenderQueue({ runningMax, waitingMax, tenantShare }: RenderQueueLimits): RenderQueue {
  const waiting = new Set<Waiting>();
  const places = new Map<Tenant, number>();
  const tenantMax = Math.max(1, Math.floor((runningMax + waitingMax) * tenantShare));
  let running = 0;

  function take(tenant: Tenant): () => void {
    if (running >= runningMax && waiting.size >= waitingMax) throw queueFull();
    const taken = places.get(tenant) ?? 0;
    if (taken >= tenantMax) throw tenantQueueFull();
    places.set(tenant, taken + 1);
    return () => {
      const rest = (places.get(tenant) ?? 1) - 1;
      if (rest > 0) places.set(tenant, rest);
      else places.delete(tenant);
    };
  }

  async function untilStarted(signal: AbortSignal): Promise<void> {
    if (running < runningMax) {
      running += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const place: Waiting = { start: resolve };
    const abort = () => {
      waiting.delete(place);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    waiting.add(place);
    await promise.finally(() => signal.removeEventListener('abort', abort));
  }

  /** The place goes to the next one without becoming free in between. */
  function startNext(): void {
    const [next] = waiting;
    if (!next) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next.start();
  }

  return {
    async run(tenant, signal, work) {
      signal.throwIfAborted();
      const leave = take(tenant);
      try {
        await untilStarted(signal);
        try {
          return await work();
        } finally {
          startNext();
        }
      } finally {
        leave();
      }
    },
    status: () => ({ running, waiting: waiting.size }),
  };
}
