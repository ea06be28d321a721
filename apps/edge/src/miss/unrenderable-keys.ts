import { LRUCache } from 'lru-cache';
import { notRenderable } from '../http/picture-problems.ts';

const KEYS_MAX = 10_000;
const KEPT_MS = 10_000;

/** Renditions whose original turned out not to be an acceptable image. They are not tried again for some seconds. */
export interface UnrenderableKeys {
  /** @throws Problem 404 `not-renderable` for a remembered key */
  check(key: string): void;
  add(key: string): void;
}

export function createUnrenderableKeys(): UnrenderableKeys {
  const keys = new LRUCache<string, true>({ max: KEYS_MAX, ttl: KEPT_MS });
  return {
    check(key) {
      if (keys.has(key)) throw notRenderable();
    },
    add: (key) => void keys.set(key, true),
  };
}
