import type { Message } from '@aws-sdk/client-sqs';
import type { Logger } from '@imagemill/service';
import { QueueMessage } from './queue-message.ts';
import type { ReportUploads } from './report-uploads.ts';

export interface HandledMessages {
  /** Those that may be deleted; each of the others comes again. */
  readonly handled: Message[];
  /** Why uploads could not be reported, for each message that this happened to. */
  readonly errors: readonly unknown[];
}

/** Reports the uploads of a batch of messages; none of them stops another. */
export async function handleMessages(
  messages: readonly Message[],
  { reportUploads, logger }: { reportUploads: ReportUploads; logger: Logger },
): Promise<HandledMessages> {
  const handled: Message[] = [];
  const errors: unknown[] = [];
  await Promise.all(
    messages.map(async (message) => {
      const event = QueueMessage.safeParse(message.Body);
      if (!event.success) {
        const { MessageId: messageId } = message;
        logger.error({ messageId }, 'a message is no event of a bucket: left to the dead-letter queue');
        return;
      }
      try {
        await reportUploads(event.data);
        handled.push(message);
      } catch (error) {
        errors.push(error);
      }
    }),
  );
  return { handled, errors };
}
