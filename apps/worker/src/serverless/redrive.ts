import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { imagesInMessage } from '@imagemill/records';
import type { Logger } from '@imagemill/service';
import { type ObjectStorage, tryCanary } from '@imagemill/storage';
import { workerCanaryKey } from '@imagemill/variants';
import type { Context } from 'aws-lambda';
import { REDRIVES, redriveAt, redrivesIn } from './redrives.ts';

/** One run over the dead letters. @throws errors of SQS */
export type Redrive = (context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<RedriveReport>;

interface RedriveReport {
  readonly redriven: number;
  readonly parked: number;
  /** Letters whose next redrive is not due yet. */
  readonly waiting: number;
  /** Why nothing was redriven. */
  readonly away?: string;
}

export interface RedriveOptions {
  readonly client: SQSClient;
  readonly urls: { readonly queue: string; readonly deadLetters: string; readonly parked: string };
  /** The buckets, by a client that does not retry. */
  readonly buckets: readonly ObjectStorage[];
  readonly logger: Logger;
  /** ms since 1970. */
  readonly now?: () => number;
}

const BATCH = 10;
/** Enough for a run over a batch. Nothing else receives dead letters. */
const VISIBILITY_SECONDS = 60;
/** The longest that SQS hides a message. */
const HIDDEN_SECONDS_MAX = 12 * 3600;
const PROBE_TIMEOUT_MS = 5_000;
const CALL_TIMEOUT_MS = 10_000;
/** For the calls of one more batch. */
const STOP_MS = 15_000;

/**
 * Sends dead letters to the renderer again, once the storage answers: an outage of any length, up to the retention of the dead letters,
 * needs no operator. A copy is sent before the letter is deleted: a crash in between repeats a message, which is harmless.
 */
export function createRedrive({ client, urls, buckets, logger, now = Date.now }: RedriveOptions): Redrive {
  const limited = () => ({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) });

  async function receive(): Promise<readonly Message[]> {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: urls.deadLetters,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: VISIBILITY_SECONDS,
        WaitTimeSeconds: 1,
        MessageAttributeNames: [REDRIVES],
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
      limited(),
    );
    return Messages;
  }

  async function move({ Body, ReceiptHandle, MessageId }: Message, to: 'queue' | 'parked', redrives: number) {
    const count = { DataType: 'Number', StringValue: String(redrives) };
    const copy = { QueueUrl: urls[to], MessageBody: Body, MessageAttributes: { [REDRIVES]: count } };
    await client.send(new SendMessageCommand(copy), limited());
    await client.send(new DeleteMessageCommand({ QueueUrl: urls.deadLetters, ReceiptHandle }), limited());
    logger.warn({ messageId: MessageId, redrives, to }, 'dead letter moved');
    return to === 'queue' ? ('redriven' as const) : ('parked' as const);
  }

  async function decide(message: Message): Promise<'redriven' | 'parked' | 'waiting'> {
    const { Body = '', ReceiptHandle, Attributes, MessageAttributes } = message;
    const redrives = redrivesIn(MessageAttributes?.[REDRIVES]?.StringValue);
    const isReadable = imagesInMessage(Body, '') !== undefined;
    const dueAt = isReadable ? redriveAt(redrives, Number(Attributes?.SentTimestamp ?? 0)) : undefined;
    if (dueAt === undefined) return move(message, 'parked', redrives);
    const waitSeconds = Math.ceil((dueAt - now()) / 1000);
    if (waitSeconds <= 0) return move(message, 'queue', redrives + 1);
    const VisibilityTimeout = Math.min(waitSeconds, HIDDEN_SECONDS_MAX);
    const hide = { QueueUrl: urls.deadLetters, ReceiptHandle, VisibilityTimeout };
    await client.send(new ChangeMessageVisibilityCommand(hide), limited());
    return 'waiting';
  }

  return async (context) => {
    const counts = { redriven: 0, parked: 0, waiting: 0 };
    const away = await whyAway(buckets);
    if (away !== undefined) {
      logger.warn({ away }, 'the storage is away, nothing is redriven');
      return { ...counts, away };
    }
    while (context.getRemainingTimeInMillis() > STOP_MS) {
      const messages = await receive();
      if (messages.length === 0) break;
      for (const what of await Promise.all(messages.map(decide))) counts[what] += 1;
    }
    logger.info(counts, 'dead letters examined');
    return counts;
  };
}

async function whyAway(buckets: readonly ObjectStorage[]): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    await Promise.all(buckets.map((bucket) => tryCanary(bucket, workerCanaryKey, { signal })));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
