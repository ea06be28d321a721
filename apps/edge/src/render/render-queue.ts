import type { Lane } from '@imagemill/imaging';
import type { Tenant } from '@imagemill/variants';
import { queueFull, tenantQueueFull } from '../http/picture-problems.ts';
import { createTenantCounts } from './tenant-counts.ts';
import { createTenantTurns } from './tenant-turns.ts';

export interface RenderQueueLimits {
  /** Renders at the same time. */
  readonly runningMax: number;
  /** Those of heavy images. */
  readonly heavyMax: number;
  readonly waitingMax: number;
  /** The part of all places, running and waiting, that one tenant may take; 0 to 1. */
  readonly tenantShare: number;
}

/** What a render holds while it runs. */
export interface RenderPlace {
  /** Whether an earlier try has found out that the image is heavy. */
  readonly foundHeavy: boolean;
  /**
   * Call it before the image waits in the engine as a heavy one. Such renders have fewer places: they would wait there for each other, and hold the
   * places of light ones.
   *
   * @throws an error that the work must let through if none is free: it is called again when it has one
   */
  becomeHeavy(): void;
}

/** Renders of this process, in turns by tenant: `tenant-turns.ts`. */
export interface RenderQueue {
  /**
   * Runs `work` when it has a place, and again if it has to wait for a place of heavy renders.
   *
   * @param signal ends the waits, not the work
   * @throws Problem 503 `render-queue-full` or `tenant-queue-full` at once; the signal's reason
   */
  run<T>(tenant: Tenant, signal: AbortSignal, work: (place: RenderPlace) => Promise<T>): Promise<T>;
  status(): { readonly running: number; readonly waiting: number };
}

interface Waiting {
  readonly tenant: Tenant;
  readonly lane: Lane;
  start(): void;
}

interface Render<T> {
  readonly tenant: Tenant;
  readonly signal: AbortSignal;
  readonly work: (place: RenderPlace) => Promise<T>;
}

class NoHeavyPlaceError extends Error {
  override readonly message = 'Other heavy images are being rendered.';
}

export function createRenderQueue({ runningMax, heavyMax, waitingMax, tenantShare }: RenderQueueLimits): RenderQueue {
  const waiting = new Set<Waiting>();
  const turns = createTenantTurns(runningMax);
  const heavy = createHeavyPlaces(heavyMax);
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
    for (let next = turns.next(startable()); next; next = turns.next(startable())) {
      waiting.delete(next);
      turns.began(next.tenant);
      next.start();
    }
  }

  const startable = () => [...waiting].filter(({ lane }) => lane === 'light' || heavy.isOneFree());

  async function untilStarted(tenant: Tenant, lane: Lane, signal: AbortSignal): Promise<HeldPlace> {
    const { promise, resolve, reject } = Promise.withResolvers<HeldPlace>();
    const place: Waiting = { tenant, lane, start: () => resolve(heavy.begin(lane)) };
    const abort = () => {
      waiting.delete(place);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    waiting.add(place);
    startNext();
    return promise.finally(() => signal.removeEventListener('abort', abort));
  }

  async function runAs<T>(lane: Lane, { tenant, signal, work }: Render<T>): Promise<T> {
    const place = await untilStarted(tenant, lane, signal);
    try {
      return await work(place);
    } finally {
      place.leave();
      turns.ended(tenant);
      startNext();
    }
  }

  return {
    async run(tenant, signal, work) {
      signal.throwIfAborted();
      const leave = take(tenant);
      const render = { tenant, signal, work };
      try {
        return await runAs('light', render).catch((error: unknown) => {
          if (!(error instanceof NoHeavyPlaceError)) throw error;
          return runAs('heavy', render);
        });
      } finally {
        leave();
      }
    },
    status: () => ({ running: turns.running.total, waiting: waiting.size }),
  };
}

interface HeldPlace extends RenderPlace {
  leave(): void;
}

/** The places that heavy renders can have. */
function createHeavyPlaces(max: number) {
  let taken = 0;
  return {
    isOneFree: () => taken < max,
    /** A render begins, as a heavy one with a place of these. */
    begin(lane: Lane): HeldPlace {
      let isHeavy = false;
      function take(): void {
        isHeavy = true;
        taken += 1;
      }
      if (lane === 'heavy') take();
      return {
        foundHeavy: lane === 'heavy',
        becomeHeavy() {
          if (isHeavy) return;
          if (taken >= max) throw new NoHeavyPlaceError();
          take();
        },
        leave() {
          if (isHeavy) taken -= 1;
        },
      };
    },
  };
}
