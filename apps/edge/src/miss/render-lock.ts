import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { translateRedisErrors } from '@imagemill/queue';
import type { Redis } from 'ioredis';

/**
 * At most one process renders a key at a time. The holder renews its lock; one that dies or is paused loses it to the next:
 *
 *     free ──► held ──renewed──► held ──► stored (for a short time) ──► free
 *                └──holder died──► free
 *
 * A holder that lost its lock does no harm: it publishes only if the key is absent.
 */
export interface RenderLock {
  /**
   * Waits for the lock of a key.
   *
   * @returns `stored` instead of a lock if another process has just published the key
   * @throws QueueUnavailableError; the signal's reason
   */
  enter(key: string, signal: AbortSignal): Promise<HeldLock | 'stored'>;
  /** As `enter`, for a key that was published, and is missing again. */
  enterAgain(key: string, signal: AbortSignal): Promise<HeldLock>;
}

interface HeldLock {
  /** Whether another process had it before: the key may be published. */
  readonly hasWaited: boolean;
  /** Never throws: a lock that cannot be ended ends by itself. @param stored whether the key is published now */
  leave(stored: boolean): Promise<void>;
}

export interface LockTimes {
  /** A lock that is not renewed ends after this time. */
  readonly leaseMs: number;
  /** The first pause of a wait. Each further one is half as long again, up to `pollMsMax`: waits of many processes would keep Redis busy. */
  readonly pollMs: number;
  /** Less than `storedMs`. */
  readonly pollMsMax: number;
  /** How long other processes see that the key was stored. */
  readonly storedMs: number;
}

const usualTimes: LockTimes = { leaseMs: 5_000, pollMs: 50, pollMsMax: 500, storedMs: 2_000 };
const POLL_GROWTH = 1.5;
const STORED = 'stored';

const TAKE = `
  local holder = redis.call('GET', KEYS[1])
  if not holder or holder == ARGV[3] then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 'held' end
  return holder == '${STORED}' and '${STORED}' or 'busy'`;
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

  function hold(name: string, token: string, hasWaited: boolean): HeldLock {
    // A renewal that fails costs at most the lock.
    const renewing = setInterval(() => run(RENEW, name, token, leaseMs).catch(() => {}), leaseMs / 3);
    renewing.unref();
    return {
      hasWaited,
      async leave(stored) {
        clearInterval(renewing);
        await run(LEAVE, name, token, stored ? storedMs : 0).catch(() => {});
      },
    };
  }

  async function enter(key: string, signal: AbortSignal, ignored: typeof STORED | ''): Promise<HeldLock | 'stored'> {
    const [name, token] = [nameOf(key), randomUUID()];
    let pauseMs = pollMs;
    for (let hasWaited = false; ; hasWaited = true) {
      signal.throwIfAborted();
      const answer = await run(TAKE, name, token, leaseMs, ignored);
      if (answer === 'held') return hold(name, token, hasWaited);
      if (answer === STORED) return STORED;
      await pause(pauseMs * (0.5 + Math.random()), signal);
      pauseMs = Math.min(pollMsMax, pauseMs * POLL_GROWTH);
    }
  }

  return {
    enter: (key, signal) => enter(key, signal, ''),
    enterAgain: (key, signal) => enter(key, signal, STORED) as Promise<HeldLock>,
  };
}

const pauseFor = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {});
