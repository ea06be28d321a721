import type { Redis } from 'ioredis';

/**
 * A tenant's fingerprints are two keys, both binary to be small:
 *
 *     list    a sorted set with one score, whose members are an image's id (16 bytes), its SHA-256 (32) and its perceptual hash (8, or 0):
 *             ordered by age, because a UUIDv7 starts with its time; an image without a digest has its id only
 *     bands   a hash of buckets, newest entry first: `s` and the first byte of the digest ─► digests with ids;
 *             `1` to `8` and that byte of the perceptual hash ─► perceptual hashes with ids
 *
 * Two hashes that differ by at most seven bits have one of their eight bytes in common: nine buckets have every candidate.
 */
const SHARED = `
  local function fields(member)
    local all = {}
    if #member > 16 then all[1] = 's' .. string.sub(member, 17, 17) end
    for band = 1, #member - 48 do all[band + 1] = string.char(48 + band) .. string.sub(member, 48 + band, 48 + band) end
    return all
  end
  local function entryOf(field, member)
    local id = string.sub(member, 1, 16)
    if string.sub(field, 1, 1) == 's' then return string.sub(member, 17, 48) .. id end
    return string.sub(member, 49) .. id
  end
  local function remove(list, bands, member)
    for _, field in ipairs(fields(member)) do
      local entry, bucket, kept = entryOf(field, member), redis.call('HGET', bands, field) or '', {}
      for at = 1, #bucket, #entry do
        local one = string.sub(bucket, at, at + #entry - 1)
        if one ~= entry then kept[#kept + 1] = one end
      end
      if #kept == 0 then redis.call('HDEL', bands, field) else redis.call('HSET', bands, field, table.concat(kept)) end
    end
    redis.call('ZREM', list, member)
  end
  local function removeImage(list, bands, id)
    local range = redis.call('ZRANGEBYLEX', list, '[' .. id, '[' .. id .. string.rep('\\255', 41))
    for _, member in ipairs(range) do remove(list, bands, member) end
  end`;

/** Returns the buckets of an image as they were before it was added. */
const ADD = `${SHARED}
  local list, bands, member = KEYS[1], KEYS[2], ARGV[1]
  local most, bucketMost, ttl = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
  removeImage(list, bands, string.sub(member, 1, 16))
  local found = {}
  for index, field in ipairs(fields(member)) do
    local entry, bucket = entryOf(field, member), redis.call('HGET', bands, field) or ''
    found[index] = bucket
    redis.call('HSET', bands, field, string.sub(entry .. bucket, 1, bucketMost * #entry))
  end
  redis.call('ZADD', list, 0, member)
  for _ = most + 1, redis.call('ZCARD', list) do remove(list, bands, redis.call('ZRANGE', list, 0, 0)[1]) end
  redis.call('PEXPIRE', list, ttl)
  redis.call('PEXPIRE', bands, ttl)
  return found`;

const REMOVE = `${SHARED}
  removeImage(KEYS[1], KEYS[2], ARGV[1])`;

interface AddArguments {
  readonly member: Buffer;
  readonly imagesMax: number;
  readonly bucketMax: number;
  readonly ttlMs: number;
}

export function defineFingerprintScripts(redis: Redis) {
  redis.defineCommand('addFingerprint', { numberOfKeys: 2, lua: ADD });
  redis.defineCommand('removeFingerprint', { numberOfKeys: 2, lua: REMOVE });
  const scripted = redis as Redis & {
    addFingerprintBuffer(...parameters: (string | number | Buffer)[]): Promise<Buffer[]>;
    removeFingerprint(...parameters: (string | Buffer)[]): Promise<null>;
  };
  return {
    add: (keys: readonly [string, string], { member, imagesMax, bucketMax, ttlMs }: AddArguments) =>
      scripted.addFingerprintBuffer(...keys, member, imagesMax, bucketMax, ttlMs),
    remove: (keys: readonly [string, string], id: Buffer) => scripted.removeFingerprint(...keys, id),
  };
}
