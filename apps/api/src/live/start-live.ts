import { followImageChanges, type ImageChangesOptions } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Categories } from '@imagemill/variants';
import { createImageStates, type ImageStateSources } from './image-state.ts';
import type { LiveObserver } from './listener.ts';
import type { ListenerLimitSettings } from './listener-limits.ts';
import { createLiveImages, type LiveImages } from './live-images.ts';
import type { LiveTimes } from './members.ts';

interface LiveOptions extends Pick<ImageChangesOptions, 'connection' | 'prefix'> {
  readonly sources: ImageStateSources;
  readonly categories: Categories;
  readonly limits: ListenerLimitSettings;
  readonly times?: Partial<LiveTimes>;
  readonly observer: LiveObserver;
  readonly logger: Logger;
}

/** The live connections of this process and their single reader of changes, which owns `connection`. */
export function startLive(options: LiveOptions): Omit<LiveImages, 'close'> & { close(): Promise<void> } {
  const { connection, prefix, sources, logger, ...rest } = options;
  const live = createLiveImages({ ...rest, logger, states: createImageStates(sources) });
  // Each failed read is already logged.
  connection.on('error', () => {});
  const changes = followImageChanges({
    connection,
    prefix,
    isFollowed: live.isFollowed,
    onChange: live.changed,
    onBegin: live.invalidateAll,
    onError: (err) => logger.warn({ err }, 'image changes could not be read'),
  });
  return {
    ...live,
    async close() {
      live.close();
      await changes.close();
    },
  };
}
