import { z } from 'zod';
import { BucketEvent } from './bucket-event.ts';

export const JsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

/** SNS wraps messages to SQS in this envelope, unless the subscription has raw delivery. */
const SnsEnvelope = z
  .object({ Type: z.literal('Notification'), Message: JsonText.pipe(BucketEvent) })
  .transform(({ Message }) => Message);

export const QueueEvent = z.union([BucketEvent, SnsEnvelope]);

/**
 * Parses the body of an SQS message into the created objects. The bucket may have sent it to the queue directly,
 * through SNS, or through EventBridge.
 *
 * @throws ZodError for a body that is not a bucket event
 */
export const QueueMessage = JsonText.pipe(QueueEvent);
