import { timingSafeEqual } from 'node:crypto';
import {
  apiKeyId,
  type ConfiguredKey,
  hashApiKey,
  type KeyStore,
  looksLikeApiKey,
  type Scope,
  type StoredKey,
} from '@imagemill/keys';
import type { Tenant } from '@imagemill/variants';
import QuickLRU from 'quick-lru';

/** How long a process caches a key from Redis. A revoked key can be accepted for this long. */
export const CACHE_MS = 5_000;
/** Keys in the cache; about 1 KB each. */
const CACHED_KEYS_MAX = 10_000;

/** The sender of a request and its permissions. */
export interface Caller {
  readonly tenant: Tenant;
  readonly scopes: ReadonlySet<Scope>;
  /** The id of the tenant's key; undefined for a follow token. */
  readonly keyId?: string;
}

export interface Authenticator {
  /**
   * The owner of a key; `unknown` if it does not exist or was revoked.
   *
   * @throws KeysUnavailableError if the key must be looked up in Redis, and Redis is unavailable
   */
  identify(key: string): Promise<Caller | 'unknown' | 'expired'>;
}

export interface AuthenticatorOptions {
  readonly configured: readonly ConfiguredKey[];
  readonly store: Pick<KeyStore, 'find' | 'noteUse'>;
  /** Milliseconds of a monotonic clock; the process's by default. */
  readonly clock?: () => number;
}

interface CachedKey {
  readonly caller: Caller;
  /** ms since 1970. */
  readonly expiresAt: number;
  /** On the monotonic clock. */
  readonly refreshAt: number;
}

/** Looks a key up among the configured ones, then in the cache, then in Redis. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { configured, store, clock = () => performance.now() } = options;
  const entries = configured.map(({ tenant, scopes, hash }) => ({
    hash,
    caller: { tenant, scopes: new Set(scopes), keyId: apiKeyId(hash) } satisfies Caller,
  }));
  // Only existing keys: strangers can't fill it.
  const cache = new QuickLRU<string, CachedKey>({ maxSize: CACHED_KEYS_MAX });

  // Compares every entry, so that timing does not reveal which one matched.
  const amongConfigured = (hash: Buffer) =>
    entries.reduce<Caller | undefined>(
      (found, entry) => (timingSafeEqual(entry.hash, hash) ? entry.caller : found),
      undefined,
    );

  async function lookUp(hash: Buffer, name: string): Promise<CachedKey | undefined> {
    // Counted from the request, not from a slow response: the key may be revoked in between.
    const refreshAt = clock() + CACHE_MS;
    const stored = await store.find(hash);
    if (!stored) {
      cache.delete(name);
      return undefined;
    }
    const expiresAt = stored.expiresAt ? Date.parse(stored.expiresAt) : Infinity;
    const entry = { caller: callerOf(stored), expiresAt, refreshAt };
    cache.set(name, entry);
    // For the operator's list only: a failure changes nothing for the caller.
    store.noteUse(stored.id).catch(() => {});
    return entry;
  }

  return {
    async identify(key) {
      const hash = hashApiKey(key);
      const known = amongConfigured(hash);
      if (known) return known;
      if (!looksLikeApiKey(key)) return 'unknown';

      const name = hash.toString('hex');
      const seen = cache.get(name);
      const entry = seen && clock() < seen.refreshAt ? seen : await lookUp(hash, name);
      if (!entry) return 'unknown';
      return Date.now() < entry.expiresAt ? entry.caller : 'expired';
    },
  };
}

const callerOf = ({ id, tenant, scopes }: StoredKey): Caller => ({ tenant, scopes: new Set(scopes), keyId: id });
