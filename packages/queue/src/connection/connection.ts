import { Redis } from 'ioredis';
import { readerTimeoutMs } from '../render/image-changes.ts';

const reconnectDelayMs = (times: number) => Math.min(times * 100, 2_000);

/**
 * Failovers have two effects. TCP needs 15 minutes to detect a machine that is gone without closing its connections (Linux:
 * net.ipv4.tcp_retries2); hence a `socketTimeout` on every connection. A primary that was demoted to a replica still answers
 * but rejects writes; a reconnect resolves the name again and reaches the new primary.
 */
const isReplica = ({ message }: Error) => message.includes('READONLY');

/**
 * A connection for request handlers. Commands fail fast if Redis does not answer, which lets the caller get a 503 in time,
 * and are never queued in memory.
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

/** Longer than BullMQ blocks for a job: 5 s, or up to 10 s until the next delayed job. */
const WORKER_SILENCE_MS_MAX = 15_000;

/** A connection for workers. Commands wait until Redis is back: finishing a running job is better than a quick error. */
export function createConsumerConnection(url: string, { silenceMsMax = WORKER_SILENCE_MS_MAX } = {}): Redis {
  return new Redis(url, {
    connectTimeout: 5_000,
    socketTimeout: silenceMsMax,
    // Required by BullMQ for blocking connections.
    maxRetriesPerRequest: null,
    retryStrategy: reconnectDelayMs,
    // 2: reconnect and resend the command.
    reconnectOnError: (error) => isReplica(error) && 2,
  });
}

/** A connection for blocking reads: like a producer's, with timeouts longer than a read blocks. */
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
