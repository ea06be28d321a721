import { setTimeout } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { RenderQueue } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import { Consumer } from 'sqs-consumer';
import { LONG_POLL_SECONDS } from './bucket-events-queue.ts';
import { handleMessages } from './handle-messages.ts';
import type { ReportUploads } from './report-uploads.ts';

/** The most that SQS returns at once. */
const BATCH_SIZE = 10;
/** A batch takes milliseconds, or a few seconds of timeouts if Redis becomes unavailable. */
const VISIBILITY_TIMEOUT_S = 30;
const PAUSE_MS = { first: 500, longest: 30_000 };

export interface UploadEventsOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queue: Pick<RenderQueue, 'ping'>;
  readonly reportUploads: ReportUploads;
  readonly logger: Logger;
  /** How long an unhandled message stays hidden, in seconds. */
  readonly visibilityTimeoutS?: number;
}

export interface BucketEventsConsumer {
  /** Receives no more messages and finishes those in flight; SQS delivers the unfinished ones again. */
  close(graceMs: number): Promise<void>;
}

/**
 * Starts jobs from a queue of bucket events until it is closed. A message is deleted only after all its uploads were
 * reported. Any other is delivered again after its visibility timeout, and moves to the queue's dead-letter queue after
 * `maxReceiveCount` deliveries. While Redis is unavailable no message is received, so an outage uses up no deliveries.
 */
export function consumeBucketEvents(options: UploadEventsOptions): BucketEventsConsumer {
  const { client, queueUrl, queue, logger } = options;
  const stopping = new AbortController();
  const pause = createPause(stopping.signal);

  async function untilRedisAnswers(): Promise<void> {
    for (;;) {
      await pause.wait();
      try {
        return await queue.ping();
      } catch (err) {
        pause.lengthen();
        logger.warn({ err }, 'upload events are paused until Redis answers');
      }
    }
  }

  const consumer = Consumer.create({
    sqs: client,
    queueUrl,
    batchSize: BATCH_SIZE,
    waitTimeSeconds: LONG_POLL_SECONDS,
    visibilityTimeout: options.visibilityTimeoutS ?? VISIBILITY_TIMEOUT_S,
    // The library pauses after some errors only; our pause covers all.
    authenticationErrorTimeout: 0,
    preReceiveMessageCallback: untilRedisAnswers,
    async handleMessageBatch(messages) {
      const { handled, errors } = await handleMessages(messages, options);
      if (errors.length === 0) pause.end();
      else {
        pause.lengthen();
        logger.warn({ err: errors[0], messages: errors.length }, 'uploads could not be reported and will be retried');
      }
      return handled;
    },
  });
  consumer.on('empty', pause.end);
  consumer.on('error', (err) => {
    if (stopping.signal.aborted) return;
    pause.lengthen();
    logger.error({ err }, 'upload events queue failed');
  });
  const closing = closesInOrder(consumer);
  consumer.start();
  return {
    close(graceMs) {
      stopping.abort();
      return closing(graceMs);
    },
  };
}

/** Stops a consumer: at once while it waits for messages, else after those in flight are handled and deleted. */
function closesInOrder(consumer: Consumer): (graceMs: number) => Promise<void> {
  let inFlight = false;
  consumer.on('message_received', () => {
    inFlight = true;
  });
  consumer.on('response_processed', () => {
    inFlight = false;
  });
  return async (graceMs) => {
    // An abort would also cancel the deletion of messages in flight.
    consumer.stop({ abort: !inFlight });
    if (!inFlight) return;
    const ended = new Promise<void>((resolve) => consumer.once('response_processed', () => resolve()));
    await Promise.race([ended, setTimeout(graceMs, undefined, { ref: false })]);
  };
}

/** The pause between two attempts: none without failures, then exponential with jitter. */
function createPause(signal: AbortSignal) {
  let failures = 0;
  return {
    lengthen(): void {
      failures += 1;
    },
    end(): void {
      failures = 0;
    },
    async wait(): Promise<void> {
      if (failures === 0) return;
      const longestMs = Math.min(PAUSE_MS.first * 2 ** Math.min(failures - 1, 10), PAUSE_MS.longest);
      await setTimeout(longestMs * (0.5 + Math.random() / 2), undefined, { signal });
    },
  };
}
