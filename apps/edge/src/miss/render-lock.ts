import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { translateRedisErrors } from '@imagemill/queue';
import type { Redis } from 'ioredis';

/**
 * At most one process renders a key at a time. The holder renews its lock; one that dies or is paused loses it to the next:
 *
 *     free ──► held ──renewed──► held ──► stored (for a minute) ──► free
 *                └──holder died──► free     └──► held, by a process that may have looked for the key before it was stored
 *
 * A holder that lost its lock does no harm: it publishes only if the key is absent.
 */
export interface RenderLock {
  /**
   * Waits for the lock of a key.
   *
   * @throws QueueUnavailableError; the signal's reason
   */
  enter(key: string, signal: AbortSignal): Promise<HeldLock>;
}

interface HeldLock {
  /** Whether another process had it a moment ago, and may have published the key. */
  readonly mayBeStored: boolean;
  /** Never throws: a lock that cannot be ended ends by itself. @param stored whether the key is published now */
  leave(stored: boolean): Promise<void>;
}

export interface LockTimes {
  /** A lock that is not renewed ends after this time. */
  readonly leaseMs: number;
  /** The first pause of a wait. Each further one is half as long again, up to `pollMsMax`: waits of many processes would keep Redis busy. */
  readonly pollMs: number;
  readonly pollMsMax: number;
  /** How long other processes see that the key was stored: longer than a request may take, which may have looked for the key before. */
  readonly storedMs: number;
}

const usualTimes: LockTimes = { leaseMs: 5_000, pollMs: 50, pollMsMax: 500, storedMs: 60_000 };
const POLL_GROWTH = 1.5;
const STORED = 'stored';

const TAKE = `
  local holder = redis.call('GET', KEYS[1])
  if holder and holder ~= '${STORED}' then return 'busy' end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return holder or 'free'`;
const RENEW = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return 0`;
const LEAVE = `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
  redis.call('SET', KEYS[1], '${STORED}', 'PX', ARGV[2])
  return 1`;

/** @param pause ends early, without an error, when the signal is aborted */
export function createRenderLock(
  redis: Redis,
  prefix: string,
  times: Partial<LockTimes> = {},
  pause = pauseFor,
): RenderLock {
  const { leaseMs, pollMs, pollMsMax, storedMs } = { ...usualTimes, ...times };
  const nameOf = (key: string) => `${prefix}:edge:render:${key}`;
  const run = (script: string, name: string, ...args: (string | number)[]) =>
    translateRedisErrors(() => redis.eval(script, 1, name, ...args));

  function hold(name: string, token: string, mayBeStored: boolean): HeldLock {
    // A renewal that fails costs at most the lock.
    const renewing = setInterval(() => run(RENEW, name, token, leaseMs).catch(() => {}), leaseMs / 3);
    renewing.unref();
    return {
      mayBeStored,
      async leave(stored) {
        clearInterval(renewing);
        await run(LEAVE, name, token, stored ? storedMs : 0).catch(() => {});
      },
    };
  }

  return {
    async enter(key, signal) {
      const [name, token] = [nameOf(key), randomUUID()];
      let pauseMs = pollMs;
      for (let hasWaited = false; ; hasWaited = true) {
        signal.throwIfAborted();
        const before = await run(TAKE, name, token, leaseMs);
        if (before !== 'busy') return hold(name, token, hasWaited || before === STORED);
        await pause(pauseMs * (0.5 + Math.random()), signal);
        pauseMs = Math.min(pollMsMax, pauseMs * POLL_GROWTH);
      }
    },
  };
}

const pauseFor = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {});
