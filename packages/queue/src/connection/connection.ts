import { Redis } from 'ioredis';
import { readerTimeoutMs } from '../render/image-changes.ts';

const reconnectDelayMs = (times: number) => Math.min(times * 100, 2_000);

/**
 * What a failover leaves behind, in two ways. A machine that has gone without a goodbye is not missed by TCP for a quarter of
 * an hour (Linux: net.ipv4.tcp_retries2); hence a `socketTimeout` on every connection. A primary that was made a replica goes
 * on to answer, but takes no writes: its name leads to the new one by then.
 */
const isReplica = ({ message }: Error) => message.includes('READONLY');

/**
 * A connection for request handlers: a command that Redis does not answer at once fails, so that a caller gets its 503
 * while it still waits, and no command is kept in memory for later.
 */
export function createProducerConnection(url: string): Redis {
  return new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    socketTimeout: 4_000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: reconnectDelayMs,
    reconnectOnError: isReplica,
  });
}

/** Longer than BullMQ blocks for a job: 5 s, or 10 s while the next delayed one is known. */
const WORKER_SILENCE_MS_MAX = 15_000;

/** A connection for workers: commands wait until Redis is back, since a job in hand is worth more than a quick error. */
export function createConsumerConnection(url: string, { silenceMsMax = WORKER_SILENCE_MS_MAX } = {}): Redis {
  return new Redis(url, {
    connectTimeout: 5_000,
    socketTimeout: silenceMsMax,
    // BullMQ demands it of the connection that it blocks on.
    maxRetriesPerRequest: null,
    retryStrategy: reconnectDelayMs,
    // 2: and the command is sent again.
    reconnectOnError: (error) => isReplica(error) && 2,
  });
}

/** A connection that does nothing but wait for what is new: like a handler's, with the patience of a blocking read. */
export function createReaderConnection(url: string): Redis {
  return new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: readerTimeoutMs,
    socketTimeout: readerTimeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: reconnectDelayMs,
  });
}
