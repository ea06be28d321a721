import type { RenderHandler } from '@imagemill/queue';
import { imagesInMessage, type RenderImage } from '@imagemill/records';
import type { Logger } from '@imagemill/service';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { RECEIVES_MAX, receivesBefore } from './redrives.ts';
import type { RetryLater } from './retry-later.ts';

/** One invocation of the Lambda renderer. */
export type HandleBatch = (
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

export interface BatchOptions {
  readonly render: RenderHandler;
  readonly retryLater: RetryLater;
  /** Of the originals: events of others are ignored. */
  readonly bucket: string;
  /** How long one image may take. An image is not started with less time left. */
  readonly imageMs: number;
  readonly logger: Logger;
}

/** For an aborted render to stop, and the response. */
const STOP_MS = 8_000;
/** By the receives that have failed. The last one goes to the dead letters at once. */
const RETRY_SECONDS = [30, 120, 0];

/**
 * Renders the images of a batch of messages, one after the other. Each message ends by itself:
 *
 *     ready · rejected · held · expired · deleted   ─► handled, SQS deletes it
 *     the storage fails, an internal failure        ─► failed: received again after 30 s, then 120 s, then a dead letter
 *     postponed                                     ─► failed: received again when its run asks for it
 *     too little time left to start it              ─► failed: received again at once
 *     still running shortly before the time is over ─► stopped and failed
 *
 * AWS accepts no queue whose visibility timeout is shorter than the timeout of the function: no other invocation has the message meanwhile.
 * A message may run again after a crash, and then finds what is done already.
 */
export function createHandleBatch(options: BatchOptions): HandleBatch {
  const { retryLater, imageMs, logger } = options;

  async function isHandled(record: SQSRecord, remainingMs: number): Promise<boolean> {
    const { messageId, receiptHandle } = record;
    const receives = Number(record.attributes.ApproximateReceiveCount);
    if (remainingMs < imageMs) {
      logger.warn({ messageId, remainingMs }, 'too little time left to start a message');
      await retryLater(receiptHandle, 0);
      return false;
    }
    try {
      const retryAfterMs = await runAll(options, record, AbortSignal.timeout(remainingMs));
      if (retryAfterMs === undefined) return true;
      await retryLater(receiptHandle, Math.ceil(retryAfterMs / 1000));
    } catch (err) {
      logger.error({ err, messageId, receives }, 'message failed');
      await retryLater(receiptHandle, RETRY_SECONDS[Math.min(receives, RECEIVES_MAX) - 1] ?? 0);
    }
    return false;
  }

  return async ({ Records: records }, context) => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const record of records) {
      const handled = await isHandled(record, context.getRemainingTimeInMillis() - STOP_MS);
      if (!handled) batchItemFailures.push({ itemIdentifier: record.messageId });
    }
    return { batchItemFailures };
  };
}

/** @returns undefined if all images of the message have ended; else when to run it again @throws for a failure */
async function runAll(
  { render, bucket, logger }: BatchOptions,
  record: SQSRecord,
  signal: AbortSignal,
): Promise<number | undefined> {
  const images = imagesInMessage(record.body, bucket);
  if (!images) throw new Error('The message is neither an event of a bucket nor an order of the API.');
  let retryAfterMs: number | undefined;
  for (const image of images) {
    const result = await render(image, contextOf(record, signal));
    log(logger, image, result);
    if (result.outcome !== 'postponed') continue;
    const waitMs = result.reason === 'not-uploaded' ? NOT_UPLOADED_MS : result.retryAfterMs;
    retryAfterMs = Math.max(retryAfterMs ?? 0, waitMs);
  }
  return retryAfterMs;
}

/** An event without its object is one of a store that reports too early. */
const NOT_UPLOADED_MS = 5_000;

function contextOf(record: SQSRecord, signal: AbortSignal): Parameters<RenderHandler>[1] {
  const receives = Number(record.attributes.ApproximateReceiveCount);
  return {
    signal,
    attemptsMade: receivesBefore(record) + receives - 1,
    isLastAttempt: receives >= RECEIVES_MAX,
    // No process shows it.
    reportProgress: async () => {},
  };
}

const log = (logger: Logger, { imageId }: RenderImage, { outcome }: Awaited<ReturnType<RenderHandler>>) =>
  logger.debug({ imageId, outcome }, 'image ended');
