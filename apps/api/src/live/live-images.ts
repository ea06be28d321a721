import type { RenderProgress } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Categories, ImageId, Tenant } from '@imagemill/variants';
import pLimit from 'p-limit';
import { imageNotFound } from '../http/problem.ts';
import { type Channel, createChannel } from './channel.ts';
import { createCursors } from './cursor.ts';
import type { ImageStates } from './image-state.ts';
import type { EndReason, Listener } from './listener.ts';
import { createListenerLimits, type ListenerLimitSettings, noRoom } from './listener-limits.ts';

export interface LiveTimes {
  /** Between two signs of life on a connection. */
  readonly heartbeatMs: number;
  /** How long one connection lasts at most: its key or token is looked at again only when it comes back. */
  readonly lifetimeMs: number;
  /** When an image is looked at although nothing was told of it: what Redis forgot to say is not silent for ever. */
  readonly lookAgainMs: number;
  /** How often all of this is looked after. */
  readonly tickMs: number;
}

const usualTimes: LiveTimes = { heartbeatMs: 15_000, lifetimeMs: 600_000, lookAgainMs: 60_000, tickMs: 1_000 };

/** Questions to Redis and the storage at once, also when thousands of images are looked at anew. */
const LOADS_AT_ONCE = 32;

export interface FollowRequest {
  readonly tenant: Tenant;
  readonly imageId: ImageId;
  /** The last id that the listener got on an earlier connection. */
  readonly lastEventId: string | undefined;
}

/** Told of listeners as they come and go. */
export interface LiveObserver {
  joined(): void;
  left(reason: EndReason | 'left'): void;
}

/** Who follows which image in this process. */
export interface LiveImages {
  /**
   * Sends a listener what it does not know, and from then on what happens, until its image has ended.
   *
   * @returns ends it from the listener's side; `nothing-new` for one that knows the image's end already
   * @throws Problem 404 `image-not-found`, 429 `too-many-listeners`, 503 `no-room-to-listen`
   * @throws QueueUnavailableError
   * @throws StorageError
   */
  follow(request: FollowRequest, listener: Listener): Promise<(() => void) | 'nothing-new'>;
  isFollowed(imageId: string): boolean;
  changed(imageId: ImageId, progress: RenderProgress | undefined): void;
  /** What is known of any image may be old. */
  mistrustAll(): void;
  /** Takes no further listeners, and tells those that are there to connect again, elsewhere. */
  close(): void;
}

interface LiveImagesOptions {
  readonly states: ImageStates;
  readonly categories: Categories;
  readonly limits: ListenerLimitSettings;
  readonly times?: Partial<LiveTimes> | undefined;
  readonly observer: LiveObserver;
  readonly logger: Logger;
}

interface Member {
  readonly channel: Channel;
  readonly giveBack: () => void;
  readonly leaveAt: number;
  beatAt: number;
}

export function createLiveImages(options: LiveImagesOptions): LiveImages {
  const { states, categories, observer, logger } = options;
  const times = { ...usualTimes, ...options.times };
  const cursors = createCursors(categories);
  const limits = createListenerLimits(options.limits);
  const slot = pLimit(LOADS_AT_ONCE);
  /** By image alone, since that is all that a change names; a stranger who guesses an id has a channel of their own. */
  const channels = new Map<string, Map<Tenant, Channel>>();
  const members = new Map<Listener, Member>();
  let isClosed = false;

  function channelOf(tenant: Tenant, imageId: ImageId): Channel {
    const known = channels.get(imageId)?.get(tenant);
    if (known) return known;
    const channel = createChannel({
      ...{ tenant, imageId, states, cursors, slot, onLeft: drop },
      onFailure: (err) => logger.warn({ err, imageId }, 'a followed image can not be looked at'),
    });
    return keep(channel);
  }

  function keep(channel: Channel): Channel {
    const ofImage = channels.get(channel.imageId) ?? new Map<Tenant, Channel>();
    channels.set(channel.imageId, ofImage.set(channel.tenant, channel));
    return channel;
  }

  function forgetIfIdle(channel: Channel): void {
    const ofImage = channels.get(channel.imageId);
    if (!channel.isIdle || ofImage?.get(channel.tenant) !== channel) return;
    ofImage.delete(channel.tenant);
    if (ofImage.size === 0) channels.delete(channel.imageId);
  }

  /** Whoever ends it, a listener leaves once. */
  function leave(listener: Listener, reason: EndReason | 'left'): void {
    const member = members.get(listener);
    if (!member) return;
    members.delete(listener);
    member.channel.remove(listener);
    member.giveBack();
    forgetIfIdle(member.channel);
    observer.left(reason);
  }

  function drop(listener: Listener, reason: EndReason): void {
    leave(listener, reason);
    listener.end(reason);
  }

  /** At different times for listeners that came together, so that they do not all come back together either. */
  const memberOf = (channel: Channel, giveBack: () => void): Member => {
    const now = performance.now();
    const leaveAt = now + times.lifetimeMs * (0.8 + 0.2 * Math.random());
    return { channel, giveBack, leaveAt, beatAt: now + times.heartbeatMs };
  };

  async function admit({ tenant, imageId, lastEventId }: FollowRequest, listener: Listener, giveBack: () => void) {
    const channel = channelOf(tenant, imageId);
    // The channel hears of changes from now on, and what it loads is at least as new as that: nothing falls in between.
    const state = await channel.refresh();
    if (!state || state.status === 'deleted') throw imageNotFound();
    if (isClosed) throw noRoom();
    if (lastEventId !== undefined && lastEventId === state.endId) return 'nothing-new';
    members.set(listener, memberOf(keep(channel), giveBack));
    observer.joined();
    channel.add(listener, lastEventId === undefined ? undefined : cursors.decode(lastEventId, state.category));
    return () => leave(listener, 'left');
  }

  function tick(): void {
    const now = performance.now();
    for (const [listener, member] of members) {
      if (now >= member.leaveAt) drop(listener, 'renew');
      else if (now >= member.beatAt) {
        member.beatAt = now + times.heartbeatMs;
        if (!listener.beat()) drop(listener, 'slow');
      }
    }
    for (const ofImage of channels.values()) {
      for (const channel of ofImage.values()) {
        forgetIfIdle(channel);
        if (!channel.isIdle && now - channel.loadedAt > times.lookAgainMs) channel.lookAgain();
      }
    }
  }
  const ticking = setInterval(tick, times.tickMs);

  return {
    async follow(request, listener) {
      if (isClosed) throw noRoom();
      const giveBack = limits.take(request.tenant);
      try {
        const followed = await admit(request, listener, giveBack);
        if (followed === 'nothing-new') giveBack();
        return followed;
      } catch (error) {
        giveBack();
        throw error;
      }
    },

    isFollowed: (imageId) => channels.has(imageId),

    changed(imageId, progress) {
      for (const channel of channels.get(imageId)?.values() ?? []) channel.changed(progress);
    },

    mistrustAll() {
      for (const ofImage of channels.values()) for (const channel of ofImage.values()) channel.lookAgain();
    },

    close() {
      isClosed = true;
      clearInterval(ticking);
      for (const listener of members.keys()) drop(listener, 'closing');
    },
  };
}
