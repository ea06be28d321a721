import { Redis } from 'ioredis';
import { readerTimeoutMs } from '../render/image-changes.ts';
import { batchWrites } from './batch-writes.ts';
import { limitWaits, type WaitLimits } from './limit-waits.ts';
import type { RedisAddress, SomeRedisOptions } from './redis-address.ts';

export { redisAddress } from './redis-address.ts';

/** The URL of a server, or the address from the environment. */
type Address = string | RedisAddress;

/** The connection that an address leads to, with the options of its kind. */
function connect(address: Address, options: SomeRedisOptions): Redis {
  const { url, options: more } = typeof address === 'string' ? { url: address, options: {} } : address;
  return batchWrites(new Redis(url, { ...more, ...options }));
}

const reconnectDelayMs = (times: number) => Math.min(times * 100, 2_000);

/**
 * Failovers have two effects. TCP needs 15 minutes to detect a machine that is gone without closing its connections (Linux:
 * net.ipv4.tcp_retries2); hence a limit of silence on every connection. A primary that was demoted to a replica still answers
 * but rejects writes and ends blocking commands; a reconnect asks for the address again and reaches the new primary.
 */
const isReplica = ({ message }: Error) => /READONLY|UNBLOCKED/.test(message);

/**
 * A connection for request handlers. Commands fail fast if Redis does not answer, which lets the caller get a 503 in time,
 * and are never queued in memory.
 */
export const createProducerConnection = (address: Address, limits: WaitLimits = { replyMs: 2_000, silenceMs: 4_000 }) =>
  limitWaits(connect(address, failingFast), limits);

const failingFast: SomeRedisOptions = {
  connectTimeout: 2_000,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  retryStrategy: reconnectDelayMs,
  reconnectOnError: isReplica,
};

/** Longer than BullMQ blocks for a job: 5 s, or up to 10 s until the next delayed job. */
const WORKER_SILENCE_MS_MAX = 15_000;

/** A connection for workers. Commands wait until Redis is back: finishing a running job is better than a quick error. */
export function createConsumerConnection(address: Address, { silenceMsMax = WORKER_SILENCE_MS_MAX } = {}): Redis {
  return connect(address, {
    connectTimeout: 5_000,
    socketTimeout: silenceMsMax,
    // Required by BullMQ for blocking connections.
    maxRetriesPerRequest: null,
    retryStrategy: reconnectDelayMs,
    // 2: reconnect and resend the command.
    reconnectOnError: (error) => isReplica(error) && 2,
  });
}

/** A connection for blocking reads: like a producer's, with limits longer than a read blocks. */
export const createReaderConnection = (address: Address): Redis =>
  createProducerConnection(address, { replyMs: readerTimeoutMs, silenceMs: readerTimeoutMs });
