import { timingSafeEqual } from 'node:crypto';
import { translateRedisErrors } from '@imagemill/queue/redis-errors';
import type { Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { apiKeyId, hashApiKey, newApiKey } from './api-key.ts';
import { KeysUnavailableError, TooManyKeysError } from './errors.ts';
import type { Scope } from './scope.ts';
import { StoredKey } from './stored-key.ts';

/** Keeps the list of keys, a single Redis command, fast. */
const KEYS_MAX = 10_000;

/** Must not record a use of a key that is being revoked: the record would stay forever. */
const NOTE_USE = `
  if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
  return redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])`;

interface NewKey {
  readonly tenant: Tenant;
  readonly scopes: readonly Scope[];
  readonly name?: string | undefined;
  readonly expiresAt?: Date | undefined;
}

export interface ListedKey extends StoredKey {
  /** Accurate to the seconds that an API process caches a key; absent if never used. */
  readonly usedAt?: string;
}

/** The API keys in Redis. Every method throws a KeysUnavailableError if Redis does not answer. */
export interface KeyStore {
  /** Creates a key. The key itself is returned only here. @throws TooManyKeysError */
  create(key: NewKey): Promise<{ readonly key: string; readonly stored: StoredKey }>;
  /** The key with this SHA-256, expired or not; undefined if unknown or revoked. */
  find(hash: Buffer): Promise<StoredKey | undefined>;
  noteUse(id: string): Promise<void>;
  /** All keys, newest first. */
  list(): Promise<readonly ListedKey[]>;
  /** @returns whether the key existed */
  revoke(id: string): Promise<boolean>;
}

/** Stores keys by id in one Redis hash, and their last uses in another. */
export function createKeyStore(redis: Redis, prefix: string): KeyStore {
  const keys = `${prefix}:api-keys`;
  const uses = `${prefix}:api-keys:used`;
  return {
    async create({ tenant, scopes, name, expiresAt }) {
      if ((await answered(redis.hlen(keys))) >= KEYS_MAX) throw new TooManyKeysError(KEYS_MAX);
      const key = newApiKey();
      const hash = hashApiKey(key);
      const stored = StoredKey.parse({
        id: apiKeyId(hash),
        hash: hash.toString('hex'),
        tenant,
        scopes,
        name,
        createdAt: new Date().toISOString(),
        expiresAt: expiresAt?.toISOString(),
      });
      await answered(redis.hset(keys, stored.id, JSON.stringify(stored)));
      return { key, stored };
    },

    async find(hash) {
      const text = await answered(redis.hget(keys, apiKeyId(hash)));
      if (text === null) return undefined;
      const stored = parse(text);
      // The id is only a prefix of the hash: another key may share it.
      return timingSafeEqual(Buffer.from(stored.hash, 'hex'), hash) ? stored : undefined;
    },

    async noteUse(id) {
      await answered(redis.eval(NOTE_USE, 2, keys, uses, id, new Date().toISOString()));
    },

    async list() {
      const [texts, usedAt] = await answered(Promise.all([redis.hvals(keys), redis.hgetall(uses)]));
      return texts
        .map(parse)
        .map((stored) => ({ ...stored, ...(usedAt[stored.id] && { usedAt: usedAt[stored.id] }) }))
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    },

    async revoke(id) {
      const [revoked] = await answered(Promise.all([redis.hdel(keys, id), redis.hdel(uses, id)]));
      return revoked === 1;
    },
  };
}

const parse = (text: string) => StoredKey.parse(JSON.parse(text));

/** @throws KeysUnavailableError if Redis does not answer */
const answered = <T>(reply: Promise<T>): Promise<T> =>
  translateRedisErrors(
    () => reply,
    (cause) => new KeysUnavailableError(cause),
  );
