import type { Message } from '@aws-sdk/client-sqs';
import { QueueMessage } from '@imagemill/records';
import type { Logger } from '@imagemill/service';

import type { ReportUploads } from './report-uploads.ts';

export interface HandledMessages {
  /** Messages that may be deleted; SQS delivers the others again. */
  readonly handled: Message[];
  /** One error per message whose uploads could not be reported. */
  readonly errors: readonly unknown[];
}

/** Reports the uploads of a batch of messages; a failed message does not stop the others. */
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
        logger.error({ messageId }, 'message is not a bucket event: left to the dead-letter queue');
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
