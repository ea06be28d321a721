import { Duration } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import { type ApplicationLoadBalancer, HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { UploadEvents } from './upload-events.ts';

export interface AlarmOptions {
  readonly email: string;
  readonly monthlyBudgetUsd: number;
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly redis: CfnReplicationGroup;
  readonly uploadEvents: UploadEvents;
  /** Undefined without workers. */
  readonly backlog?: Metric | undefined;
  /** Seconds. */
  readonly backlogAge?: Metric | undefined;
  readonly workersMax: number;
}

/** What CloudWatch can see by itself. docs/runbook.md has the alerts of Prometheus, which see more. */
export function createAlarms(scope: Construct, options: AlarmOptions): void {
  const topic = new Topic(scope, 'Alarms', { enforceSSL: true });
  topic.addSubscription(new EmailSubscription(options.email));
  const period = Duration.minutes(5);
  const { metrics } = options.loadBalancer;
  const ofRedis = (metricName: string) =>
    new Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      statistic: 'Maximum',
      period,
      dimensionsMap: { ReplicationGroupId: options.redis.ref },
    });
  const alarms = {
    ApiErrors: [metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period }), 20],
    NoTargets: [metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period }), 20],
    RedisMemory: [ofRedis('DatabaseMemoryUsagePercentage'), 80],
    RedisCpu: [ofRedis('EngineCPUUtilization'), 80],
    LostUploadEvents: [options.uploadEvents.deadLetters.metricApproximateNumberOfMessagesVisible({ period }), 0],
    OldUploadEvents: [options.uploadEvents.queue.metricApproximateAgeOfOldestMessage({ period }), 300],
    // Ten minutes of work for the largest fleet, at 20 jobs a worker and minute.
    ...(options.backlog && { Backlog: [options.backlog, 200 * options.workersMax] as const }),
    // The API holds the last figures while Redis is away.
    ...(options.backlogAge && { BacklogAge: [options.backlogAge, 300] as const }),
  } as const;
  for (const [id, [metric, threshold]] of Object.entries<readonly [IMetric, number]>(alarms)) {
    new Alarm(scope, `${id}Alarm`, {
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 2,
      // Missing data is normal for requests and messages. For the backlog it is a fault: the fleet is not scaled then.
      treatMissingData: id.startsWith('Backlog') ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(topic));
  }
  new CfnBudget(scope, 'Budget', {
    budget: {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: options.monthlyBudgetUsd, unit: 'USD' },
    },
    notificationsWithSubscribers: [80, 100].map((threshold) => ({
      notification: { notificationType: 'ACTUAL', comparisonOperator: 'GREATER_THAN', threshold },
      subscribers: [{ subscriptionType: 'EMAIL', address: options.email }],
    })),
  });
}
