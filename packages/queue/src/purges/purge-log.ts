import type { ImageId } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { followStream } from '../connection/follow-stream.ts';
import { translateRedisErrors } from '../connection/redis-errors.ts';

/**
 * The log of images whose pictures must not stay in any cache. Every edge follows it:
 *
 *     worker:  log ─► wait as long as an edge may miss the entry ─► purge the CDN
 *     edge:    serve from memory only if the log was known to its end a moment ago, and does not have the image
 *
 * Once the CDN is purged, no edge serves the image from memory, whatever happens to the connections of both sides.
 */
const logOf = (prefix: string) => `${prefix}:purge-log`;

/** An edge without news of the log for this time does not serve from memory. A purge comes this time after its entry. */
export const PURGE_NEWS_MS = 1_000;
/** Twice in a row within that time: a busy process reads late. */
const BLOCK_MS = 250;
/** An edge holds a picture for 5 s, and may read it once more until its files are deleted. */
const LOGGED_MS = 60_000;

/** Writes to the log. Call it before a purge is queued. @throws QueueUnavailableError */
export async function logPurge(redis: Redis, prefix: string, imageId: ImageId): Promise<void> {
  const oldest = Date.now() - 2 * LOGGED_MS;
  await translateRedisErrors(() => redis.xadd(logOf(prefix), 'MINID', '~', oldest, '*', 'imageId', imageId));
}

/** What an edge knows of the log. */
export interface RecentPurges {
  /** Whether a picture in memory may be of an image that was purged, also because that is not known now. */
  mayHave(imageId: ImageId): boolean;
  close(): Promise<void>;
}

interface FollowOptions {
  /** See `createReaderConnection`. */
  readonly connection: Redis;
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

export function followPurges({ connection, prefix, onError }: FollowOptions): RecentPurges {
  /** When each image was last read from the log; the oldest first. */
  const logged = new Map<string, number>();
  let knownAt = Number.NEGATIVE_INFINITY;

  function forgetOld(now: number): void {
    for (const [imageId, at] of logged) {
      if (now - at < LOGGED_MS) return;
      logged.delete(imageId);
    }
  }

  const { close } = followStream({
    connection,
    stream: logOf(prefix),
    blockMs: BLOCK_MS,
    onError,
    // By the clock of Redis, which makes the ids. What was logged earlier is in no memory any more.
    async begin() {
      const [seconds] = await connection.time();
      return `${Number(seconds) * 1000 - LOGGED_MS}-0`;
    },
    onEntries(entries, newKnownAt) {
      knownAt = newKnownAt;
      const now = performance.now();
      for (const [, [, imageId = '']] of entries) {
        logged.delete(imageId);
        logged.set(imageId, now);
      }
      forgetOld(now);
    },
  });

  return {
    mayHave: (imageId) => performance.now() - knownAt > PURGE_NEWS_MS || logged.has(imageId),
    close,
  };
}
