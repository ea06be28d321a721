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

/** How long a key from Redis is let in without asking again, so how long a revoked one may go on. */
const REMEMBER_MS = 5_000;
/** Keys in use at once; about 1 KB each. */
const REMEMBERED_MAX = 10_000;

/** Who a request comes from, and what they may do. */
export interface Caller {
  readonly tenant: Tenant;
  readonly scopes: ReadonlySet<Scope>;
  /** Which of the tenant's keys it was; none for a follow token. */
  readonly keyId?: string;
}

export interface Authenticator {
  /**
   * Who a key belongs to; `unknown` for one that nobody has, or that was revoked.
   *
   * @throws KeysUnavailableError when only Redis could tell, and does not answer
   */
  identify(key: string): Promise<Caller | 'unknown' | 'expired'>;
}

export interface AuthenticatorOptions {
  readonly configured: readonly ConfiguredKey[];
  readonly store: Pick<KeyStore, 'find' | 'noteUse'>;
  readonly rememberMs?: number;
}

interface Remembered {
  readonly caller: Caller;
  /** ms since 1970. */
  readonly expiresAt: number;
  /** By the process's own clock, which nobody sets back. */
  readonly askAgainAt: number;
}

/** Looks a key up where it costs least: among the configured ones, among those seen in the last seconds, in Redis. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { configured, store, rememberMs = REMEMBER_MS } = options;
  const entries = configured.map(({ tenant, scopes, hash }) => ({
    hash,
    caller: { tenant, scopes: new Set(scopes), keyId: apiKeyId(hash) } satisfies Caller,
  }));
  // Only of keys that exist: strangers can't fill it.
  const remembered = new QuickLRU<string, Remembered>({ maxSize: REMEMBERED_MAX });

  // Every entry is compared, so that the time tells nothing of where a match was.
  const amongConfigured = (hash: Buffer) =>
    entries.reduce<Caller | undefined>(
      (found, entry) => (timingSafeEqual(entry.hash, hash) ? entry.caller : found),
      undefined,
    );

  async function lookUp(hash: Buffer, name: string): Promise<Remembered | undefined> {
    // Counted from the question, not from a slow answer: the key may be revoked while that is on its way.
    const askAgainAt = performance.now() + rememberMs;
    const stored = await store.find(hash);
    if (!stored) {
      remembered.delete(name);
      return undefined;
    }
    const expiresAt = stored.expiresAt ? Date.parse(stored.expiresAt) : Infinity;
    const entry = { caller: callerOf(stored), expiresAt, askAgainAt };
    remembered.set(name, entry);
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
      const seen = remembered.get(name);
      const entry = seen && performance.now() < seen.askAgainAt ? seen : await lookUp(hash, name);
      if (!entry) return 'unknown';
      return Date.now() < entry.expiresAt ? entry.caller : 'expired';
    },
  };
}

const callerOf = ({ id, tenant, scopes }: StoredKey): Caller => ({ tenant, scopes: new Set(scopes), keyId: id });
