import type { Tenant } from '@imagemill/variants';
import { queueFull, tenantQueueFull } from '../http/picture-problems.ts';
import { createTenantCounts } from './tenant-counts.ts';
import { createTenantTurns } from './tenant-turns.ts';

export interface RenderQueueLimits {
  /** Renders at the same time. */
  readonly runningMax: number;
  readonly waitingMax: number;
  /** The part of all places, running and waiting, that one tenant may take; 0 to 1. */
  readonly tenantShare: number;
}

/** Renders of this process, in turns by tenant: `tenant-turns.ts`. */
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
  readonly tenant: Tenant;
  start(): void;
}

export function createRenderQueue({ runningMax, waitingMax, tenantShare }: RenderQueueLimits): RenderQueue {
  const waiting = new Set<Waiting>();
  const turns = createTenantTurns(runningMax);
  /** Running and waiting renders. */
  const places = createTenantCounts();
  const tenantMax = Math.max(1, Math.floor((runningMax + waitingMax) * tenantShare));

  function take(tenant: Tenant): () => void {
    if (places.total >= runningMax + waitingMax) throw queueFull();
    if (places.of(tenant) >= tenantMax) throw tenantQueueFull();
    places.add(tenant, 1);
    turns.arrived(tenant);
    return () => places.add(tenant, -1);
  }

  function startNext(): void {
    for (let next = turns.next(waiting); next; next = turns.next(waiting)) {
      waiting.delete(next);
      turns.began(next.tenant);
      next.start();
    }
  }

  async function untilStarted(tenant: Tenant, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const place: Waiting = { tenant, start: resolve };
    const abort = () => {
      waiting.delete(place);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    waiting.add(place);
    startNext();
    await promise.finally(() => signal.removeEventListener('abort', abort));
  }

  return {
    async run(tenant, signal, work) {
      signal.throwIfAborted();
      const leave = take(tenant);
      try {
        await untilStarted(tenant, signal);
        try {
          return await work();
        } finally {
          turns.ended(tenant);
          startNext();
        }
      } finally {
        leave();
      }
    },
    status: () => ({ running: turns.running.total, waiting: waiting.size }),
  };
}
