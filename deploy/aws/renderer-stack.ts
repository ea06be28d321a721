import { Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { RendererSurroundings } from './imagemill-stack.ts';
import { type Permission, permissions } from './permissions.ts';

export interface RendererStackProps extends StackProps {
  readonly lambda: NonNullable<Config['lambda']>;
  readonly alarmEmail: string;
  readonly around: RendererSurroundings;
}

/** Two images of 60 s, with their transfers; a sixth of the visibility of the queue. */
const TIMEOUT = Duration.minutes(3);

/** The Lambda renderer, and the functions that redrive its dead letters and order lost uploads (docs/serverless.md). */
export class RendererStack extends Stack {
  constructor(scope: Construct, id: string, { lambda, alarmEmail, around, ...props }: RendererStackProps) {
    super(scope, id, props);
    const { queue, deadLetters } = around.uploadEvents;
    const parked = createParkedLetters(this);
    const queues = { 'dead letters': deadLetters.queueArn, 'parked letters': parked.queueArn };
    const arnOf = (on: Permission['on']) => queues[on as keyof typeof queues] ?? around.arnOf(on);
    const environment = { ...around.environment, RENDER_QUEUE_URL: queue.queueUrl };
    const code = Code.fromAsset(lambda.bundle);
    const renderer = createFunction(this, 'Renderer', {
      code,
      handler: 'lambda.handler',
      arnOf,
      may: permissions.renderer,
      memorySize: lambda.memoryMiB,
      timeout: TIMEOUT,
      environment: {
        ...environment,
        PURGE_CLOUDFRONT_DISTRIBUTION: around.distributionId,
        ENCODE_CONCURRENCY: String(1 + Math.max(1, Math.round(lambda.memoryMiB / 1769))),
        IMAGE_WALL_MS: '60000',
        // The model and its runtime are not part of the bundle.
        FACE_DETECTION: 'false',
      },
    });
    // By its properties: the helper would grant more actions than the list has.
    renderer.addEventSourceMapping('Messages', {
      eventSourceArn: queue.queueArn,
      batchSize: lambda.batchSize,
      reportBatchItemFailures: true,
      maxConcurrency: lambda.concurrencyMax,
    });
    const redrive = createFunction(this, 'Redrive', {
      code,
      handler: 'lambda.redrive',
      arnOf,
      may: permissions.redrive,
      memorySize: 512,
      timeout: Duration.minutes(5),
      environment: { ...environment, DEAD_LETTERS_URL: deadLetters.queueUrl, PARKED_LETTERS_URL: parked.queueUrl },
    });
    const sweep = createFunction(this, 'Sweep', {
      code,
      handler: 'lambda.sweep',
      arnOf,
      may: permissions.sweep,
      // It ends before the next one starts, which continues its round.
      memorySize: 512,
      timeout: Duration.minutes(4),
      environment,
    });
    new Rule(this, 'EveryFiveMinutes', {
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [redrive, sweep].map((each) => new LambdaFunction(each)),
    });
    alarm(this, alarmEmail, {
      ParkedLetters: [parked.metricApproximateNumberOfMessagesVisible(), 0],
      Throttles: [renderer.metricThrottles(), 100],
      RedriveErrors: [redrive.metricErrors(), 2],
      SweepErrors: [sweep.metricErrors(), 2],
    });
  }
}

function createParkedLetters(scope: Construct): Queue {
  const parked = new Queue(scope, 'ParkedLetters', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  Validations.of(parked).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It has letters that have failed for good.',
  });
  return parked;
}

interface FunctionOptions {
  readonly code: Code;
  readonly handler: string;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  readonly may: readonly Permission[];
  readonly arnOf: (on: Permission['on']) => string;
}

/** A function on ARM64 whose role may do what its list says, and write its log. */
function createFunction(scope: Construct, id: string, { may, arnOf, ...options }: FunctionOptions): Lambda {
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const logGroup = new LogGroup(scope, `${id}Log`, { retention: RetentionDays.ONE_MONTH });
  logGroup.grantWrite(role);
  for (const { actions, on } of may) {
    role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [arnOf(on)] }));
  }
  acknowledgeKeysBelow(
    role,
    may.filter(({ on }) => on.endsWith('/*')).map(({ on }) => arnOf(on)),
  );
  return new Lambda(scope, id, {
    ...options,
    role,
    logGroup,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
  });
}

/** cdk-nag asks for the reason of each wildcard. It names an ARN of another stack by its export. */
function acknowledgeKeysBelow(role: Role, arns: readonly string[]): void {
  for (const arn of arns) {
    const [bucket, keys] = Stack.of(role).resolve(arn)['Fn::Join'][1];
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${bucket['Fn::ImportValue']}${keys}]`,
      reason: 'The keys below one prefix of a bucket.',
    });
  }
}

function alarm(scope: Construct, email: string, alarms: Readonly<Record<string, readonly [IMetric, number]>>): void {
  const topic = new Topic(scope, 'Alarms', { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(email));
  for (const [id, [metric, threshold]] of Object.entries(alarms)) {
    new Alarm(scope, `${id}Alarm`, {
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(topic));
  }
}
