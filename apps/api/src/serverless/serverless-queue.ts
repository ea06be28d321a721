import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { QueueUnavailableError, type RenderQueue } from '@imagemill/queue';
import { type RenderImage, renderOrder } from '@imagemill/records';

export interface RenderMessages {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

/** A caller is waiting. */
const SEND_TIMEOUT_MS = 5_000;

/**
 * The producer's side of the Lambda renderer (ADR 50). There are no jobs: the bucket itself reports uploads to the renderer, and an image's
 * state is its original and its manifest. Everything else that a job would start is a message in the renderer's queue. A message may run
 * twice, like a job.
 *
 * @param jobs of Redis, which has none of these images; its figures and dead letters stay empty
 */
export function createServerlessQueue(jobs: RenderQueue, { client, queueUrl }: RenderMessages): RenderQueue {
  async function send(image: RenderImage): Promise<void> {
    const message = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: renderOrder(image) });
    try {
      await client.send(message, { abortSignal: AbortSignal.timeout(SEND_TIMEOUT_MS) });
    } catch (error) {
      throw new QueueUnavailableError(error);
    }
  }

  return {
    ...jobs,
    add: send,
    reprocess: send,
    requestDeletion: send,
    async awaitUploads() {},
    reportUpload: async () => true,
    async endUpload() {},
    find: async () => undefined,
    possible: async (ids) => ids,
  };
}
