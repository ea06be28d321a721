import { z } from 'zod';
import { BucketEvent } from './bucket-event.ts';

const JsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

/** What SNS makes of a message on its way to SQS, unless the subscription has raw delivery. */
const SnsEnvelope = z
  .object({ Type: z.literal('Notification'), Message: JsonText.pipe(BucketEvent) })
  .transform(({ Message }) => Message);

/**
 * The body of an SQS message that tells of a bucket, to the objects that were created. The bucket may have sent it to the
 * queue itself, through SNS, or through EventBridge.
 *
 * @throws ZodError for a body that is no bucket's event at all
 */
export const QueueMessage = JsonText.pipe(z.union([BucketEvent, SnsEnvelope]));
