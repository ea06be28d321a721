import { LRUCache } from 'lru-cache';
import { notRenderable, rendersTooLong } from '../http/picture-problems.ts';

const KEYS_MAX = 10_000;
const KEPT_MS = 10_000;
/** A short render without a result takes at most a tenth of the time, however often it is requested. */
const REST_FACTOR = 10;
/** A busy edge may be the reason, which is not the picture's fault. */
const REST_MS_MAX = 60_000;

/** Renditions that could not be made. They are not tried again for some time. */
export interface UnrenderableKeys {
  /** @throws Problem 404 `not-renderable`, or 503 `request-timeout` with the time of the next try, for a remembered key */
  check(key: string): void;
  /** Its original turned out not to be an acceptable image. */
  add(key: string): void;
  /** Its render was ended at the time limit of requests. */
  addUnfinished(key: string, spentMs: number): void;
}

export function createUnrenderableKeys(): UnrenderableKeys {
  const keys = new LRUCache<string, 'not-renderable' | 'unfinished'>({ max: KEYS_MAX, ttl: KEPT_MS });
  return {
    check(key) {
      const found = keys.get(key);
      if (found === 'not-renderable') throw notRenderable();
      if (found) throw rendersTooLong(Math.ceil(keys.getRemainingTTL(key) / 1000));
    },
    add: (key) => void keys.set(key, 'not-renderable'),
    addUnfinished: (key, spentMs) => void keys.set(key, 'unfinished', { ttl: restMs(spentMs) }),
  };
}

const restMs = (spentMs: number) => Math.min(REST_MS_MAX, Math.ceil(1 + REST_FACTOR * spentMs));
