import { randomUUID } from 'node:crypto';

/**
 * The event of an object, as Amazon S3 sends it for a presigned PUT.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const s3Event = (bucket: string, key: string) => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-west-1',
      eventTime: '2026-11-29T12:00:00.000Z',
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'AWS:AROAEXAMPLE:api' },
      requestParameters: { sourceIPAddress: '203.0.113.7' },
      responseElements: {
        'x-amz-request-id': '4442587FB7D0A2F9',
        'x-amz-id-2': 'vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo=',
      },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'originals',
        bucket: { name: bucket, ownerIdentity: { principalId: 'A3NL1KOZZKExample' }, arn: `arn:aws:s3:::${bucket}` },
        object: {
          key: encodeURIComponent(key),
          size: 1024,
          eTag: 'd41d8cd98f00b204e9800998ecf8427e',
          sequencer: '0055AED6DCD90281E5',
        },
      },
    },
  ],
});

interface Received {
  readonly body: string;
  readonly messageId?: string;
  readonly receiptHandle?: string;
  readonly receives?: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** A batch of messages, as Lambda receives it from SQS. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const sqsEvent = (...messages: readonly Received[]) => ({
  Records: messages.map(
    ({ body, messageId = randomUUID(), receiptHandle = randomUUID(), receives = 1, attributes = {} }) => ({
      messageId,
      receiptHandle,
      body,
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: '1796083200000',
        SenderId: 'AIDAJQR3QDGL4EXAMPLE',
        ApproximateFirstReceiveTimestamp: '1796083200007',
      },
      messageAttributes: attributes,
      md5OfBody: '098f6bcd4621d373cade4e832627b4f6',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:imagemill-render',
      awsRegion: 'eu-west-1',
    }),
  ),
});
