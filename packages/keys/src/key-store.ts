import { timingSafeEqual } from 'node:crypto';
import { translateRedisErrors } from '@imagemill/queue';
import type { Tenant } from '@imagemill/variants';
import type { Redis } from 'ioredis';
import { apiKeyId, hashApiKey, newApiKey } from './api-key.ts';
import { KeysUnavailableError, TooManyKeysError } from './errors.ts';
import type { Scope } from './scope.ts';
import { StoredKey } from './stored-key.ts';

/** So that listing them, which is one command, stays short. */
const KEYS_MAX = 10_000;

/** A key that is revoked in this moment must not come back as one that was used. */
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
  /** To within the seconds that a process of the API remembers a key; absent for one that was never used. */
  readonly usedAt?: string;
}

/** The API keys in Redis. Every method throws a KeysUnavailableError when Redis does not answer. */
export interface KeyStore {
  /** Makes a key; it can't be read again. @throws TooManyKeysError */
  create(key: NewKey): Promise<{ readonly key: string; readonly stored: StoredKey }>;
  /** The key with this SHA-256, whether it has expired or not; undefined for one that nobody has, or that was revoked. */
  find(hash: Buffer): Promise<StoredKey | undefined>;
  noteUse(id: string): Promise<void>;
  /** All of them, the newest first. */
  list(): Promise<readonly ListedKey[]>;
  /** Whether there was such a key. */
  revoke(id: string): Promise<boolean>;
}

/** Keeps keys under their ids in one hash, and when they were used in another. */
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
      // The id is a part of the hash, so another key may have it too.
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

/** The answer of Redis, or a KeysUnavailableError. */
const answered = <T>(reply: Promise<T>): Promise<T> =>
  translateRedisErrors(
    () => reply,
    (cause) => new KeysUnavailableError(cause),
  );
