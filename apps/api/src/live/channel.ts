import type { RenderProgress } from '@imagemill/records';
import type { ImageId, Tenant } from '@imagemill/variants';
import type { Cursors } from './cursor.ts';
import type { ImageState, ImageStates } from './image-state.ts';
import type { EndReason, Listener } from './listener.ts';
import type { Seen } from './news.ts';
import { newsFor } from './news-for.ts';

/**
 * One image and its listeners in this process. Every change reloads its state, one load at a time for all listeners;
 * each listener gets the difference to the state that it has:
 *
 *     change ─► load, or one step further ─► state ─► difference for each listener
 */
export interface Channel {
  readonly imageId: ImageId;
  readonly tenant: Tenant;
  /** Time of the last load, from `performance.now()`; -Infinity if it failed. */
  readonly loadedAt: number;
  readonly isIdle: boolean;
  readonly isLoading: boolean;
  /** Loads the image; the state is then no older than the call. Throws the errors of `load`. */
  refresh(): Promise<ImageState | undefined>;
  /** Call it in the same turn in which `refresh` resolves. @returns false if the listener has ended or was too slow */
  add(listener: Listener, seen: Seen | undefined): boolean;
  remove(listener: Listener): void;
  changed(progress: RenderProgress | undefined): void;
  /** Reloads a state that may be stale; retried later if that fails. */
  reloadLater(): void;
}

export interface ChannelOptions {
  readonly tenant: Tenant;
  readonly imageId: ImageId;
  readonly states: ImageStates;
  readonly cursors: Cursors;
  /** Limits concurrent loads. */
  readonly slot: <T>(load: () => Promise<T>) => Promise<T>;
  readonly onFailure: (error: unknown) => void;
  /** Called after the channel has removed a listener. */
  readonly onLeft: (listener: Listener, reason: EndReason) => void;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: its functions share the state of one channel, each of them short.
export function createChannel(options: ChannelOptions): Channel {
  const { tenant, imageId, states, cursors, slot, onFailure, onLeft } = options;
  const listeners = new Map<Listener, Seen | undefined>();
  let state: ImageState | undefined;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<ImageState | undefined> | undefined;
  let next: Promise<ImageState | undefined> | undefined;

  async function load(): Promise<ImageState | undefined> {
    const startedAt = performance.now();
    const loaded = await slot(() => states.load(tenant, imageId, listeners.size > 0 ? state : undefined));
    loadedAt = startedAt;
    apply(loaded);
    return loaded;
  }

  function begin(): Promise<ImageState | undefined> {
    loading = load().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  /** A load in flight may have read before the change: a next load is queued, one for all callers. */
  function refresh(): Promise<ImageState | undefined> {
    if (!loading) return begin();
    next ??= loading
      .catch(() => {})
      .then(() => {
        next = undefined;
        return loading ?? begin();
      });
    return next;
  }

  function refreshLater(): void {
    refresh().catch((error: unknown) => {
      loadedAt = Number.NEGATIVE_INFINITY;
      onFailure(error);
    });
  }

  function apply(loaded: ImageState | undefined): void {
    state = loaded;
    for (const listener of listeners.keys()) sendMissing(listener);
  }

  function sendMissing(listener: Listener): boolean {
    if (!state) return release(listener, 'gone');
    const { events, seen } = newsFor(listeners.get(listener), state, cursors);
    listeners.set(listener, seen);
    for (const event of events) {
      if (!listener.send(event)) return release(listener, 'slow');
      if (event.isLast) return release(listener, 'ended');
    }
    return true;
  }

  function release(listener: Listener, reason: EndReason): false {
    listeners.delete(listener);
    onLeft(listener, reason);
    return false;
  }

  return {
    imageId,
    tenant,
    get loadedAt() {
      return loadedAt;
    },
    get isIdle() {
      return listeners.size === 0 && !loading && !next;
    },
    get isLoading() {
      return loading !== undefined || next !== undefined;
    },
    refresh,
    add(listener, seen) {
      listeners.set(listener, seen);
      return sendMissing(listener);
    },
    remove: (listener) => void listeners.delete(listener),
    changed(progress) {
      const ahead = !loading && state && progress && states.advance(state, progress);
      if (ahead) apply(ahead);
      else refreshLater();
    },
    reloadLater: refreshLater,
  };
}
