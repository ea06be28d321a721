import { randomUUID } from 'node:crypto';
import { createEventProbes, createProducerConnection, createRenderQueue } from '@imagemill/queue';
import { createLogger } from '@imagemill/service';
import { ImageId, originalKey, Tenant } from '@imagemill/variants';
import { startFauxqs } from 'fauxqs';
import { v7 as uuidv7 } from 'uuid';
import { inject, vi } from 'vitest';
import { createSqsClient } from '../bucket-events/bucket-events-queue.ts';
import { type BucketEventsConsumer, consumeBucketEvents } from '../bucket-events/consume-bucket-events.ts';
import { createReportUploads, type ReportUploads } from '../bucket-events/report-uploads.ts';

const BUCKET = 'originals';
/** The prefix of the marks of the doctor's events. */
export const EVENT_PREFIX = `events-${randomUUID().slice(0, 8)}`;

/** A real SQS server on loopback with a queue, and a render queue on the run's Redis. */
export async function createBucketEventsHarness() {
  // Read by the AWS SDK; the server accepts any credentials.
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' });
  const connection = createProducerConnection(inject('servers').redisUrl);
  await vi.waitUntil(() => connection.status === 'ready');
  const queue = createRenderQueue({ connection, prefix: `sqs-${randomUUID().slice(0, 8)}` });
  const report = createReportUploads({
    bucket: BUCKET,
    queue,
    logger: createLogger('api', 'silent'),
    eventProbes: createEventProbes(connection, EVENT_PREFIX),
  });
  const running = new Set<BucketEventsConsumer>();
  const clients = new Set<ReturnType<typeof createSqsClient>>();

  /** A queue whose dead-letter queue gets messages after `maxReceiveCount` deliveries. */
  function createQueue(maxReceiveCount = 1000) {
    const name = `q-${randomUUID()}`;
    const { queueArn: deadLetterTargetArn } = server.createQueue(`${name}-dead`);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
    const { queueArn: arn } = server.createQueue(name, { attributes: { RedrivePolicy } });
    const url = `http://127.0.0.1:${server.port}/000000000000/${name}`;
    const bodies = (of = name) => {
      const { ready = [], inflight = [] } = server.inspectQueue(of)?.messages ?? {};
      return [...ready, ...inflight.map(({ message }) => message)].map(({ body }) => body);
    };
    return {
      name,
      arn,
      url,
      send: (body: unknown) => server.sendMessage(name, typeof body === 'string' ? body : JSON.stringify(body)),
      /** The bodies of all messages that were not deleted, hidden ones too. */
      left: () => bodies(),
      dead: () => bodies(`${name}-dead`),
    };
  }

  function client(url: string) {
    const sqs = createSqsClient({ url, region: 'us-east-1' });
    clients.add(sqs);
    return sqs;
  }

  function consume(queueUrl: string, reportUploads: ReportUploads = report) {
    const logger = createLogger('api', 'silent');
    const consumer = consumeBucketEvents({
      client: client(queueUrl),
      queueUrl,
      queue,
      reportUploads,
      logger,
      visibilityTimeoutS: 1,
    });
    running.add(consumer);
    return consumer;
  }

  return {
    server,
    connection,
    queue,
    report,
    createQueue,
    client,
    consume,
    /** Consumers must not outlive their test. */
    async endConsumers() {
      await Promise.all([...running].map((consumer) => consumer.close(5_000)));
      running.clear();
    },
    async close() {
      for (const sqs of clients) sqs.destroy();
      connection.disconnect();
      await server.stop();
      vi.unstubAllEnvs();
    },
  };
}

/** An uploaded original: its id, its key, and its record in an S3 event. */
export function uploadedOriginal() {
  const imageId = ImageId.parse(uuidv7());
  const address = { tenant: Tenant.parse('acme'), category: 'product', imageId, contentType: 'image/jpeg' } as const;
  const key = originalKey(address);
  return { imageId, key, record: record(key) };
}

export const record = (key: string, bucket = BUCKET) => ({
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key) } },
});
