import type { ImageId, Tenant } from '@imagemill/variants';
import { type Channel, type ChannelOptions, createChannel } from './channel.ts';

/** The followed images of this process. */
export interface Channels {
  /** The existing channel, or a new one. */
  of(tenant: Tenant, imageId: ImageId): Channel;
  /** Adds a channel again that was removed while it had no listeners. */
  keep(channel: Channel): void;
  forgetIfIdle(channel: Channel): void;
  has(imageId: string): boolean;
  ofImage(imageId: string): Iterable<Channel>;
  all(): Iterable<Channel>;
}

export function createChannels(options: Omit<ChannelOptions, 'tenant' | 'imageId'>): Channels {
  /**
   * By image id, since changes name only that. A tenant that guesses the id of another tenant's image gets a separate
   * channel.
   */
  const channels = new Map<string, Map<Tenant, Channel>>();
  const ofImage = (imageId: string): Iterable<Channel> => channels.get(imageId)?.values() ?? [];

  function keep(channel: Channel): void {
    const others = channels.get(channel.imageId) ?? new Map<Tenant, Channel>();
    channels.set(channel.imageId, others.set(channel.tenant, channel));
  }

  return {
    of(tenant, imageId) {
      const known = channels.get(imageId)?.get(tenant);
      if (known) return known;
      const channel = createChannel({ ...options, tenant, imageId });
      keep(channel);
      return channel;
    },
    keep,
    forgetIfIdle(channel) {
      const others = channels.get(channel.imageId);
      if (!channel.isIdle || others?.get(channel.tenant) !== channel) return;
      others.delete(channel.tenant);
      if (others.size === 0) channels.delete(channel.imageId);
    },
    has: (imageId) => channels.has(imageId),
    ofImage,
    *all() {
      for (const imageId of channels.keys()) yield* ofImage(imageId);
    },
  };
}
