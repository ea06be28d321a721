import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/**
 * How long the Lambda renderer has a message: six times the timeout of the function, as AWS recommends, since a throttled invocation is
 * repeated within it.
 */
export const RENDER_VISIBILITY = Duration.minutes(18);

export interface UploadEvents {
  readonly queue: Queue;
  /** Messages that were received three times; kept for ten days. */
  readonly deadLetters: Queue;
}

/**
 * Reports of completed uploads: from the originals bucket to a queue that the API reads, or the Lambda renderer.
 *
 * @param visibility how long a message that was received is hidden
 */
export function createUploadEvents(
  scope: Construct,
  originals: Bucket,
  visibility = Duration.seconds(30),
): UploadEvents {
  const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
  const deadLetters = new Queue(scope, 'UploadEventsDeadLetters', { ...common, retentionPeriod: Duration.days(10) });
  const queue = new Queue(scope, 'UploadEvents', {
    ...common,
    retentionPeriod: Duration.days(4),
    visibilityTimeout: visibility,
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: 3 },
  });
  notify(originals, queue);
  return { queue, deadLetters };
}

/** Without the helper of CDK, which installs a Lambda function with more permissions than this needs. */
function notify(bucket: Bucket, queue: Queue): void {
  // By account, not by bucket: the bucket cannot be created before its queue accepts its messages.
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  const template = bucket.node.defaultChild as CfnBucket;
  const rules = [{ name: 'prefix', value: 'originals/' }];
  template.notificationConfiguration = {
    queueConfigurations: [{ event: 's3:ObjectCreated:*', queue: queue.queueArn, filter: { s3Key: { rules } } }],
  };
  template.node.addDependency(queue.node.findChild('Policy'));
}
