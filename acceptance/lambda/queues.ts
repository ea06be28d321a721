import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';

/** The queues of the Lambda renderer on a local SQS server: three receives, then the dead letters. */
export async function startQueues() {
  const server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' });
  const { queueArn: deadLetterTargetArn } = server.createQueue('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
  server.createQueue('render', { attributes: { RedrivePolicy } });
  server.createQueue('parked');
  const endpoint = `http://127.0.0.1:${server.port}`;
  const url = (queue: string) => `${endpoint}/000000000000/${queue}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const QueueUrl = url('render');
  return {
    server,
    /** Of the Lambda functions. */
    variables: { RENDER_QUEUE_URL: QueueUrl, DEAD_LETTERS_URL: url('dead'), PARKED_LETTERS_URL: url('parked') },
    /** Takes messages, as the poller of Lambda does. */
    async receive(visibilitySeconds: number): Promise<readonly Message[]> {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 2,
          VisibilityTimeout: visibilitySeconds,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      return Messages;
    },
    async delete({ ReceiptHandle }: Message): Promise<void> {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    },
    /** Messages that were not deleted, hidden ones too. */
    left(queue: 'render' | 'dead' | 'parked') {
      const { ready = [], inflight = [] } = server.inspectQueue(queue)?.messages ?? {};
      return [...ready, ...inflight.map(({ message }) => message)];
    },
    async stop() {
      client.destroy();
      await server.stop();
    },
  };
}
