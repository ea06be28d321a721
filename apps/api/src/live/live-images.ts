import type { RenderProgress } from '@imagemill/records';
import type { Logger } from '@imagemill/service';
import type { Categories, ImageId, Tenant } from '@imagemill/variants';
import pLimit from 'p-limit';
import { imageNotFound } from '../http/image-not-found.ts';
import { createChannels } from './channels.ts';
import { createCursors } from './cursor.ts';
import type { ImageStates } from './image-state.ts';
import type { Listener, LiveObserver } from './listener.ts';
import { createListenerLimits, type ListenerLimitSettings, noRoom } from './listener-limits.ts';
import type { LiveStarts } from './live-starts.ts';
import { createMembers, type LiveTimes, usualTimes } from './members.ts';

/** Concurrent loads from Redis and the storage, even if thousands of images are reloaded. */
const LOADS_AT_ONCE = 32;

/** Spreads the reloads of images that were opened together, so that new events do not wait behind them. */
const RELOADS_PER_TICK = 20;

export interface FollowRequest {
  readonly tenant: Tenant;
  readonly imageId: ImageId;
  /** Whether the client has a follow token, not an API key. */
  readonly byToken: boolean;
  /** The last id that the client received on an earlier connection. */
  readonly lastEventId: string | undefined;
  /** Aborted when the client has disconnected. */
  readonly gone: AbortSignal;
}

/** The live connections of this process. */
export interface LiveImages {
  /**
   * Sends a listener the events that it lacks, then all new events until the image has ended.
   *
   * @returns a function that removes the listener; `nothing-new` if it already has the last event. For a client that has disconnected
   * before it could begin, nothing happens
   * @throws Problem 404 `image-not-found`, 429 `too-many-listeners`, 503 `no-room-to-listen`
   * @throws QueueUnavailableError
   * @throws StorageError
   */
  follow(request: FollowRequest, listener: Listener): Promise<(() => void) | 'nothing-new'>;
  isFollowed(imageId: string): boolean;
  changed(imageId: ImageId, progress: RenderProgress | undefined): void;
  /** The state of every image may be stale. */
  invalidateAll(): void;
  /** Accepts no new listeners, and ends the current ones so that they reconnect to another process. */
  close(): void;
}

interface LiveImagesOptions {
  readonly states: ImageStates;
  readonly categories: Categories;
  readonly limits: ListenerLimitSettings;
  readonly starts: LiveStarts;
  readonly times?: Partial<LiveTimes> | undefined;
  readonly observer: LiveObserver;
  readonly logger: Logger;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: its functions share the listeners of one process, each of them short.
export function createLiveImages(options: LiveImagesOptions): LiveImages {
  const { states, categories, starts, logger } = options;
  const times = { ...usualTimes, ...options.times };
  const cursors = createCursors(categories);
  const limits = createListenerLimits(options.limits);
  const members = createMembers(times, options.observer);
  const failures = createFailures(logger);
  const slot = pLimit(LOADS_AT_ONCE);
  const channels = createChannels({ states, cursors, slot, onFailure: failures.note, onLeft: members.drop });
  let isClosed = false;

  async function admit({ tenant, imageId, lastEventId }: FollowRequest, listener: Listener, releasePlace: () => void) {
    const channel = channels.of(tenant, imageId);
    // The channel is registered before the load: a change in between is not lost.
    const state = await channel.refresh();
    if (!state || state.status === 'deleted') throw imageNotFound();
    if (isClosed) throw noRoom();
    if (lastEventId !== undefined && lastEventId === state.endId) return 'nothing-new';
    channels.keep(channel);
    members.add(listener, () => {
      channel.remove(listener);
      channels.forgetIfIdle(channel);
      releasePlace();
    });
    channel.add(listener, lastEventId === undefined ? undefined : cursors.decode(lastEventId, state));
    return () => members.leave(listener);
  }

  function tick(): void {
    members.tick();
    failures.log();
    const old = performance.now() - times.reloadAfterMs;
    let reloads = 0;
    for (const channel of channels.all()) {
      channels.forgetIfIdle(channel);
      if (channel.loadedAt >= old || channel.isIdle || channel.isLoading) continue;
      channel.reloadLater();
      reloads += 1;
      if (reloads === RELOADS_PER_TICK) break;
    }
  }
  const ticking = setInterval(tick, times.tickMs);

  return {
    async follow(request, listener) {
      if (isClosed) throw noRoom();
      const releasePlace = limits.take(request);
      try {
        await starts.take(request.tenant, request.gone);
        if (request.gone.aborted) {
          releasePlace();
          return () => {};
        }
        const followed = await admit(request, listener, releasePlace);
        if (followed === 'nothing-new') releasePlace();
        return followed;
      } catch (error) {
        releasePlace();
        throw error;
      }
    },

    isFollowed: channels.has,

    changed(imageId, progress) {
      for (const channel of channels.ofImage(imageId)) channel.changed(progress);
    },

    invalidateAll() {
      for (const channel of channels.all()) channel.reloadLater();
    },

    close() {
      isClosed = true;
      clearInterval(ticking);
      members.dropAll('closing');
    },
  };
}

/** One log line for all failures since the last one: an outage affects every image. */
function createFailures(logger: Logger) {
  let images = 0;
  let last: unknown;
  return {
    note(err: unknown) {
      images += 1;
      last = err;
    },
    log() {
      if (images > 0) logger.warn({ err: last, images }, 'followed images could not be loaded');
      images = 0;
    },
  };
}
