import type { Redis } from 'ioredis';

/**
 * Redis holds a sorted set of looks by due time for each tenant, and one sorted set of tenants:
 *
 *     next look not due ─► the time of that look
 *     looks due         ─► the time of the tenant's last turn, or when its first look became due
 *
 * The tenant with the lowest time is next. After its turn it goes behind all tenants whose looks are due already.
 */
const PLACE = `
  local function place(tenants, looks, tenant, now, turnIsOver)
    local first = redis.call('ZRANGE', looks, 0, 0, 'WITHSCORES')
    if not first[1] then redis.call('ZREM', tenants, tenant) return end
    local due = tonumber(first[2])
    local at = tonumber(redis.call('ZSCORE', tenants, tenant) or '+inf')
    if due > now then redis.call('ZADD', tenants, due, tenant)
    elseif turnIsOver or at > now then redis.call('ZADD', tenants, now, tenant) end
  end`;

const TAKE = `${PLACE}
  local tenants, prefix = KEYS[1], ARGV[1]
  local now, limit, lease = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
  local tenant = redis.call('ZRANGEBYSCORE', tenants, '-inf', now, 'LIMIT', 0, 1)[1]
  if not tenant then return {} end
  local looks = prefix .. tenant
  local taken = redis.call('ZRANGEBYSCORE', looks, '-inf', now, 'LIMIT', 0, limit)
  for _, look in ipairs(taken) do redis.call('ZADD', looks, lease, look) end
  place(tenants, looks, tenant, now, true)
  return taken`;

/** Pairs of a look and its time; an empty time removes the look. With a lease, only looks that still have it change. */
const SET = `${PLACE}
  local tenants, looks = KEYS[1], KEYS[2]
  local tenant, now, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
  for index = 4, #ARGV, 2 do
    local look, at = ARGV[index], ARGV[index + 1]
    if not lease or tonumber(redis.call('ZSCORE', looks, look)) == lease then
      if at == '' then redis.call('ZREM', looks, look) else redis.call('ZADD', looks, at, look) end
    end
  end
  place(tenants, looks, tenant, now, false)`;

interface SetLooks {
  /** ms since 1970; undefined changes all of them. */
  readonly leasedUntil?: number;
  readonly looks: readonly (readonly [look: string, at: number | undefined])[];
}

/** The key of the tenants: its lowest score is the time of the next look. */
export const looksKey = (prefix: string) => `${prefix}:looks`;

export function defineLookScripts(redis: Redis, prefix: string) {
  const tenants = looksKey(prefix);
  const looksOf = (tenant: string) => `${prefix}:looks:${tenant}`;
  redis.defineCommand('takeLooks', { numberOfKeys: 1, lua: TAKE });
  redis.defineCommand('setLooks', { numberOfKeys: 2, lua: SET });
  const scripted = redis as Redis & {
    takeLooks(...parameters: (string | number)[]): Promise<string[]>;
    setLooks(...parameters: (string | number)[]): Promise<null>;
  };
  return {
    take: (now: number, limit: number, leasedUntil: number) =>
      scripted.takeLooks(tenants, looksOf(''), now, limit, leasedUntil),

    async set(tenant: string, now: number, { leasedUntil, looks }: SetLooks): Promise<void> {
      const pairs = looks.flatMap(([look, at]) => [look, at ?? '']);
      await scripted.setLooks(tenants, looksOf(tenant), tenant, now, leasedUntil ?? '', ...pairs);
    },
  };
}
