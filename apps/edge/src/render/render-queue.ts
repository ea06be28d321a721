import type { Lane } from '@imagemill/imaging';
import type { Tenant } from '@imagemill/variants';
import { createHeavyPlaces, type HeldPlace, NoHeavyPlaceError, type RenderPlace } from './heavy-places.ts';
import type { EnginePlaces } from './lazy-engine.ts';
import { createTenantShares } from './tenant-shares.ts';
import { createTenantTurns } from './tenant-turns.ts';

export interface RenderQueueLimits {
  /** Renders at the same time, and of them those of heavy images and large originals. More would wait in the engine, where tenants take no turns. */
  readonly engine: EnginePlaces;
  readonly waitingMax: number;
  /** The part of all places, running and waiting, that one tenant may take; 0 to 1. */
  readonly tenantShare: number;
}

interface Render<T> {
  readonly tenant: Tenant;
  /** `heavy` if it needs a place of heavy renders from the beginning. */
  readonly lane: Lane;
  /** Ends the waits, not the work. */
  readonly signal: AbortSignal;
  readonly work: (place: RenderPlace) => Promise<T>;
  /** Called when it has lost its place, before it waits for one of heavy renders. */
  readonly onPutBack?: (() => void) | undefined;
}

/** Renders of this process, in turns by tenant: `tenant-turns.ts`. */
export interface RenderQueue {
  /**
   * Runs the work of a render when it has a place, and again if it has to wait for a place of heavy renders.
   *
   * @throws Problem 503 `render-queue-full` or `tenant-queue-full` at once; the signal's reason
   */
  run<T>(render: Render<T>): Promise<T>;
  status(): { readonly running: number; readonly waiting: number };
}

interface Try {
  readonly lane: Lane;
  readonly foundHeavy: boolean;
}

interface Waiting {
  readonly tenant: Tenant;
  readonly lane: Lane;
  start(): void;
}

export function createRenderQueue({ engine, waitingMax, tenantShare }: RenderQueueLimits): RenderQueue {
  const waiting = new Set<Waiting>();
  const turns = createTenantTurns(engine);
  const heavy = createHeavyPlaces(engine);
  /** Of running and waiting renders. */
  const shares = createTenantShares(() => engine.size + waitingMax, tenantShare);

  function startNext(): void {
    for (let next = turns.next(startable()); next; next = turns.next(startable())) {
      waiting.delete(next);
      turns.began(next.tenant);
      next.start();
    }
  }

  const startable = () => [...waiting].filter(({ lane }) => lane === 'light' || heavy.isOneFree());

  async function untilStarted({ lane, foundHeavy }: Try, { tenant, signal }: Render<unknown>): Promise<HeldPlace> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<HeldPlace>();
    const place: Waiting = { tenant, lane, start: () => resolve(heavy.begin(lane, foundHeavy)) };
    const abort = () => {
      waiting.delete(place);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    waiting.add(place);
    startNext();
    return promise.finally(() => signal.removeEventListener('abort', abort));
  }

  async function attempt<T>(as: Try, render: Render<T>): Promise<T> {
    const place = await untilStarted(as, render);
    try {
      return await render.work(place);
    } finally {
      place.leave();
      turns.ended(render.tenant);
      startNext();
    }
  }

  return {
    async run(render) {
      const leave = shares.take(render.tenant);
      turns.arrived(render.tenant);
      try {
        return await attempt({ lane: render.lane, foundHeavy: false }, render).catch((error: unknown) => {
          if (!(error instanceof NoHeavyPlaceError)) throw error;
          render.onPutBack?.();
          return attempt({ lane: 'heavy', foundHeavy: true }, render);
        });
      } finally {
        leave();
      }
    },
    status: () => ({ running: turns.running.total, waiting: waiting.size }),
  };
}
