import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { RenderMessages } from './serverless-queue.ts';

/** Checks that the queue of the Lambda renderer exists, with a dead-letter queue. @returns one sentence per problem */
export async function checkRenderQueue({ client, queueUrl }: RenderMessages): Promise<readonly string[]> {
  try {
    const names = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] });
    const { Attributes } = await client.send(names);
    return Attributes?.RedrivePolicy ? [] : ['RENDER_QUEUE_URL names a queue without a dead-letter queue.'];
  } catch (error) {
    const { name, message } = error as Error;
    return [
      `${message} (${name}) Check that RENDER_QUEUE_URL names a queue in this region, and that these AWS credentials allow ` +
        'sqs:GetQueueAttributes and sqs:SendMessage on it.',
    ];
  }
}
