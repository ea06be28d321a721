import { fileURLToPath } from 'node:url';
import { Duration, Validations } from 'aws-cdk-lib';
import { AdjustmentType, type ScalingInterval } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** Jobs per worker, as in the ScaledObject of Kubernetes. */
const JOBS_PER_WORKER = 20;
const NAMESPACE = 'imagemill';

/**
 * The size of the fleet by the backlog: none without work, one from the first job, and enough for 20 jobs each, in powers of two, since
 * step scaling has fixed steps only.
 */
function workerSteps(workersMax: number): ScalingInterval[] {
  const sizes = [1];
  while ((sizes.at(-1) ?? 1) < workersMax) sizes.push(Math.min(2 * (sizes.at(-1) ?? 1), workersMax));
  return [
    { upper: 0, change: 0 },
    ...sizes.map((size, at) => {
      const lower = at === 0 ? 1 : (sizes[at - 1] ?? 0) * JOBS_PER_WORKER;
      return { lower, change: size, ...(at < sizes.length - 1 && { upper: size * JOBS_PER_WORKER }) };
    }),
  ];
}

export interface BacklogOptions {
  readonly apiDomain: string;
  /** An API key with the scope `metrics`. */
  readonly key: ISecret;
}

/** Reads the backlog from the API every minute. Without an answer there is no value, and the fleet keeps its size. */
export function createBacklogMetrics(scope: Construct, { apiDomain, key }: BacklogOptions) {
  const metric = (metricName: string) =>
    new Metric({ namespace: NAMESPACE, metricName, statistic: 'Maximum', period: Duration.minutes(1) });
  const role = new Role(scope, 'BacklogRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const logGroup = new LogGroup(scope, 'BacklogLog', { retention: RetentionDays.ONE_MONTH });
  logGroup.grantWrite(role);
  key.grantRead(role);
  role.addToPolicy(
    new PolicyStatement({
      actions: ['cloudwatch:PutMetricData'],
      // CloudWatch's metrics have no ARN.
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': NAMESPACE } },
    }),
  );
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'Metrics have no ARN: the namespace limits the permission.',
  });
  const reader = new Lambda(scope, 'BacklogReader', {
    code: Code.fromAsset(fileURLToPath(new URL('backlog-reader', import.meta.url)), { exclude: ['*.ts'] }),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 256,
    timeout: Duration.seconds(20),
    role,
    logGroup,
    environment: { BACKLOG_URL: `https://${apiDomain}/v1/backlog`, KEY_SECRET_ARN: key.secretArn },
  });
  new Rule(scope, 'EveryMinute', {
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaFunction(reader)],
  });
  return { backlog: metric('backlog'), backlogAge: metric('backlog-age') };
}

export function scaleByBacklog(service: FargateService, backlog: Metric, workersMax: number): void {
  service.autoScaleTaskCount({ minCapacity: 0, maxCapacity: workersMax }).scaleOnMetric('Backlog', {
    metric: backlog,
    scalingSteps: workerSteps(workersMax),
    adjustmentType: AdjustmentType.EXACT_CAPACITY,
    cooldown: Duration.minutes(2),
    evaluationPeriods: 1,
  });
}
