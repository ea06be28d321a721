import { setTimeout } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { RenderQueue } from '@imagemill/queue';
import type { Logger } from '@imagemill/service';
import { Consumer } from 'sqs-consumer';
import { LONG_POLL_SECONDS } from './bucket-events-queue.ts';
import { handleMessages } from './handle-messages.ts';
import type { ReportUploads } from './report-uploads.ts';

/** The most that SQS gives at once. */
const BATCH_SIZE = 10;
/** A batch takes Redis milliseconds, and a few seconds of timeouts when it goes away in the middle. */
const VISIBILITY_TIMEOUT_S = 30;
const PAUSE_MS = { first: 500, longest: 30_000 };

export interface UploadEventsOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queue: Pick<RenderQueue, 'ping'>;
  readonly reportUploads: ReportUploads;
  readonly logger: Logger;
  /** How long a message that was not handled stays hidden, in seconds. */
  readonly visibilityTimeoutS?: number;
}

export interface BucketEventsConsumer {
  /** Takes no more messages and ends those in hand; those that take longer come again, to whoever asks next. */
  close(graceMs: number): Promise<void>;
}

/**
 * Starts jobs by a queue of bucket events until it is closed. A message is deleted only after all its uploads were
 * reported; any other is seen again after its visibility timeout, and goes to the queue's own dead-letter queue after
 * `maxReceiveCount` times. While Redis is away none is received, so that an outage uses up none of these times.
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
        logger.warn({ err }, 'upload events wait for Redis');
      }
    }
  }

  const consumer = Consumer.create({
    sqs: client,
    queueUrl,
    batchSize: BATCH_SIZE,
    waitTimeSeconds: LONG_POLL_SECONDS,
    visibilityTimeout: options.visibilityTimeoutS ?? VISIBILITY_TIMEOUT_S,
    // Its own pause is for some errors only, and none for the others: ours is for all.
    authenticationErrorTimeout: 0,
    preReceiveMessageCallback: untilRedisAnswers,
    async handleMessageBatch(messages) {
      const { handled, errors } = await handleMessages(messages, options);
      if (errors.length === 0) pause.end();
      else {
        pause.lengthen();
        logger.warn({ err: errors[0], messages: errors.length }, 'uploads could not be reported, and will be');
      }
      return handled;
    },
  });
  consumer.on('empty', pause.end);
  consumer.on('error', (err) => {
    if (stopping.signal.aborted) return;
    pause.lengthen();
    logger.error({ err }, 'upload events queue');
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

/** Stops a consumer: at once while it waits for messages, else when those in hand are handled and deleted. */
function closesInOrder(consumer: Consumer): (graceMs: number) => Promise<void> {
  let inHand = false;
  consumer.on('message_received', () => {
    inHand = true;
  });
  consumer.on('response_processed', () => {
    inHand = false;
  });
  return async (graceMs) => {
    // An abort would cancel the deletion of what is in hand as well.
    consumer.stop({ abort: !inHand });
    if (!inHand) return;
    const ended = new Promise<void>((resolve) => consumer.once('response_processed', () => resolve()));
    await Promise.race([ended, setTimeout(graceMs, undefined, { ref: false })]);
  };
}

/** Between two tries: none while all goes well, then twice as long with every failure, and not the same for everybody. */
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
