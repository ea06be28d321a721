import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Properties } from '@imagemill/deploy-edge/test-support/template-errors.ts';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from './build-app.ts';
import { Config } from './config.ts';
import { type Permission, type Program, permissions } from './permissions.ts';

let outdir: string;
let template: Template;
let config: Config;
beforeAll(async () => {
  outdir = await mkdtemp(join(tmpdir(), 'imagemill-cdk-'));
  config = Config.parse(JSON.parse(await readFile(new URL('example-config.json', import.meta.url), 'utf8')));
  const { app, stack } = await buildApp(config, { outdir });
  // Throws if cdk-nag finds a rule that is broken without a reason.
  app.synth();
  template = Template.fromStack(stack);
});
afterAll(() => rm(outdir, { recursive: true }));

const all = (type: string): Properties[] => Object.values(template.findResources(type)).map((one) => one.Properties);
/** The id of a resource, which CDK makes from its name and a hash. */
const idOf = (type: string, name: string): string => {
  const ids = Object.keys(template.findResources(type)).filter((id) => id.replace(/[0-9A-F]{8}$/, '') === name);
  expect(ids).toHaveLength(1);
  return ids[0] ?? '';
};

describe('the role of', () => {
  /** As the template writes the ARN of what a permission is for. */
  function arnOf(on: Permission['on']): unknown {
    const [name = '', ...prefix] = on.split('/');
    if (name === 'upload events') return { 'Fn::GetAtt': [idOf('AWS::SQS::Queue', 'UploadEvents'), 'Arn'] };
    if (name === 'distribution') return expect.anything();
    const id = idOf('AWS::S3::Bucket', name === 'originals' ? 'Originals' : 'Cdn');
    const arn = { 'Fn::GetAtt': [id, 'Arn'] };
    return prefix.length > 0 ? { 'Fn::Join': ['', [arn, `/${prefix.join('/')}`]] } : arn;
  }

  test.each(['api', 'worker', 'edge'] satisfies Program[])('%s allows exactly what its list says', (program) => {
    const title = `${program.charAt(0).toUpperCase()}${program.slice(1)}`;
    const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
    const own = policies.filter(([id]) => id.startsWith(`${title}TaskTaskRole`));
    expect(own).toHaveLength(1);
    const statements = own[0]?.[1].Properties.PolicyDocument.Statement;
    expect(statements).toHaveLength(permissions[program].length);
    for (const { actions, on } of permissions[program]) {
      const Action = actions.length === 1 ? actions[0] : actions;
      expect(statements).toContainEqual({ Effect: 'Allow', Action, Resource: arnOf(on) });
    }
  });

  test('no program has another policy', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role'));
    const tasks = roles.filter(([id]) => /Task(Task|Execution)Role/.test(id));
    expect(tasks).toHaveLength(6);
    for (const [, { Properties: role }] of tasks) {
      expect(role).not.toHaveProperty('ManagedPolicyArns');
      expect(role).not.toHaveProperty('Policies');
    }
  });

  test('only the backlog reader and cdk itself have wildcards as resources', () => {
    const open = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([, { Properties: policy }]) =>
      policy.PolicyDocument.Statement.some(({ Resource }: Properties) => Resource === '*'),
    );
    expect(open.map(([id]) => id.replace(/[A-F0-9]{8}$/, ''))).toEqual(['BacklogRoleDefaultPolicy']);
  });
});

describe('the buckets', () => {
  test('are private, encrypted, kept when the stack is deleted, and refuse plain HTTP', () => {
    const buckets = Object.values(template.findResources('AWS::S3::Bucket'));
    for (const bucket of buckets) {
      expect(Object.values(bucket.Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
      expect(bucket.DeletionPolicy).toBe('Retain');
    }
    const policies = all('AWS::S3::BucketPolicy');
    expect(policies).toHaveLength(buckets.length);
    for (const { PolicyDocument } of policies) {
      const deny = { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
      expect(PolicyDocument.Statement).toContainEqual(expect.objectContaining(deny));
    }
  });

  test('of originals is versioned, ends incomplete uploads, and moves old originals to a cheaper class', () => {
    const [originals] = all('AWS::S3::Bucket').filter(({ VersioningConfiguration }) => VersioningConfiguration);
    const { Rules } = originals?.LifecycleConfiguration ?? {};
    expect(Rules).toHaveLength(3);
    // Longer than the longest multipart upload, of MULTIPART_TTL_SECONDS.
    expect(Rules[0].AbortIncompleteMultipartUpload.DaysAfterInitiation).toBeGreaterThan(2);
    // No rule may expire what is current: a manifest is the record of its image.
    for (const rule of Rules) expect(rule).not.toHaveProperty('ExpirationInDays');
    expect(Rules[2]).toMatchObject({ Prefix: 'originals/', Transitions: [{ StorageClass: 'STANDARD_IA' }] });
  });
});

test('uploads are reported by a queue with a dead-letter queue: three receives, ten days', () => {
  template.hasResourceProperties('AWS::SQS::Queue', { RedrivePolicy: Match.objectLike({ maxReceiveCount: 3 }) });
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 10 * 24 * 3600 });
  const [notification] = all('AWS::S3::Bucket').flatMap(
    ({ NotificationConfiguration }) => NotificationConfiguration?.QueueConfigurations ?? [],
  );
  expect(notification).toMatchObject({
    Event: 's3:ObjectCreated:*',
    Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'originals/' }] } },
  });
});

test('every program runs on ARM64, with a read-only root, and gets its secrets from Secrets Manager', () => {
  const tasks = all('AWS::ECS::TaskDefinition');
  expect(tasks).toHaveLength(3);
  for (const { RuntimePlatform, ContainerDefinitions } of tasks) {
    expect(RuntimePlatform.CpuArchitecture).toBe('ARM64');
    expect(ContainerDefinitions).toMatchObject([{ ReadonlyRootFilesystem: true }]);
    const [{ Environment, Secrets }] = ContainerDefinitions;
    expect(Environment.filter(({ Name }: Properties) => /KEY|SECRET|TOKEN|REDIS/.test(Name))).toEqual([]);
    expect(Secrets.map(({ Name }: Properties) => Name)).toContain('REDIS_URL');
  }
});

test('Redis has a replica in another zone, fails over by itself, never evicts, and needs TLS and a token', () => {
  template.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
    AutomaticFailoverEnabled: true,
    MultiAZEnabled: true,
    NumCacheClusters: 2,
    TransitEncryptionEnabled: true,
    AuthToken: Match.anyValue(),
  });
  template.hasResourceProperties('AWS::ElastiCache::ParameterGroup', {
    Properties: { 'maxmemory-policy': 'noeviction' },
  });
});

describe('the workers', () => {
  /** The number of workers after a minute with this backlog, by the alarms and steps of the template. */
  function workersAt(backlog: number): number | undefined {
    const policies = template.findResources('AWS::ApplicationAutoScaling::ScalingPolicy');
    for (const { Properties: alarm } of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
      if (alarm.MetricName !== 'backlog' || !alarm.AlarmActions?.[0]?.Ref.includes('Worker')) continue;
      const isHigh = alarm.ComparisonOperator === 'GreaterThanOrEqualToThreshold';
      if (isHigh ? backlog < alarm.Threshold : backlog > alarm.Threshold) continue;
      const { StepScalingPolicyConfiguration: steps } = policies[alarm.AlarmActions[0].Ref]?.Properties ?? {};
      expect(steps.AdjustmentType).toBe('ExactCapacity');
      const by = backlog - alarm.Threshold;
      // The lower bound of a step above the threshold belongs to it, below it the upper bound.
      const step = steps.StepAdjustments.find(
        ({ MetricIntervalLowerBound: from = -Infinity, MetricIntervalUpperBound: to = Infinity }: Properties) =>
          isHigh ? by >= from && by < to : by > from && by <= to,
      );
      return step?.ScalingAdjustment;
    }
    return undefined;
  }

  test.each([
    [0, 0],
    [1, 1],
    [19, 1],
    [20, 2],
    [39, 2],
    [40, 4],
    [159, 8],
    [160, 16],
    [320, 20],
    [1_000_000, 20],
  ])('with a backlog of %i, %i run', (backlog, workers) => {
    expect(workersAt(backlog)).toBe(workers);
  });

  test('scale from zero, and keep their number while the backlog is unknown', () => {
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 0, MaxCapacity: 20 });
    const scaling = all('AWS::CloudWatch::Alarm').filter(({ AlarmActions }) =>
      AlarmActions?.[0]?.Ref.includes('Worker'),
    );
    expect(scaling).toHaveLength(2);
    for (const alarm of scaling) expect(alarm.TreatMissingData ?? 'missing').toBe('missing');
  });
});

test('pictures come from CloudFront: the bucket first, the edge on a miss', () => {
  template.resourceCountIs('AWS::CloudFront::Distribution', 1);
  const [{ DistributionConfig }] = all('AWS::CloudFront::Distribution') as [Properties];
  expect(DistributionConfig.OriginGroups.Items[0].FailoverCriteria.StatusCodes.Items).toEqual([403, 404]);
});

test('alarms and the budget reach the operator', () => {
  const alarms = all('AWS::CloudWatch::Alarm').filter(({ AlarmActions }) => AlarmActions[0].Ref.startsWith('Alarms'));
  expect(alarms).toHaveLength(8);
  template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: config.alarmEmail });
  template.hasResourceProperties('AWS::Budgets::Budget', {
    Budget: { BudgetType: 'COST', BudgetLimit: { Amount: 1000, Unit: 'USD' } },
  });
});

test('an image without a digest is refused: a deployment runs what was tested', () => {
  const images = { ...config.images, api: 'registry.example.com/imagemill-api:latest' };
  expect(Config.safeParse({ ...config, images }).error?.issues[0]?.message).toBe('must end in @sha256:<digest>');
});
