import { followImageChanges, type ImageChangesOptions } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import type { Categories } from '@imagemill/variants';
import { createImageStates, type ImageStateSources } from './image-state.ts';
import type { LiveObserver } from './listener.ts';
import type { ListenerLimitSettings } from './listener-limits.ts';
import { createLiveImages, type LiveImages } from './live-images.ts';
import { createLiveStarts } from './live-starts.ts';
import type { LiveTimes } from './members.ts';

interface LiveOptions extends Pick<ImageChangesOptions, 'connection' | 'prefix'> {
  readonly sources: ImageStateSources;
  readonly categories: Categories;
  readonly limits: ListenerLimitSettings;
  readonly times?: Partial<LiveTimes>;
  /** Whether other tenants have requests too. */
  readonly isShared: () => boolean;
  readonly observer: LiveObserver;
  readonly logger: Logger;
}

/** The live connections of this process and their single reader of changes, which owns `connection`. */
export function startLive(options: LiveOptions): Omit<LiveImages, 'close'> & { close(): Promise<void> } {
  const { connection, prefix, sources, isShared, logger, ...rest } = options;
  const starts = createLiveStarts({ isShared });
  const live = createLiveImages({ ...rest, starts, logger, states: createImageStates(sources) });
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
