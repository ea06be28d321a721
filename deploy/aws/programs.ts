import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { SecurityGroup, type Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  type Cluster,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
  Secret as TaskSecret,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type Permission, type Program, permissions } from './permissions.ts';
import type { Redis } from './redis.ts';

/** What all programs share. */
export interface Surroundings {
  readonly cluster: Cluster;
  readonly vpc: Vpc;
  readonly redis: Redis;
  /** The operator's own secrets. */
  readonly secrets: ISecret;
  /** Variables of every program. */
  readonly environment: Readonly<Record<string, string>>;
  /** The ARN of what a permission is for. */
  readonly arnOf: (on: Permission['on']) => string;
}

interface ProgramOptions {
  readonly image: string;
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Keys of the operator's secret that become variables. */
  readonly secrets: readonly string[];
  readonly desiredCount?: number;
  readonly stopSeconds: number;
  /** The list of its permissions, if it has another name. */
  readonly role?: keyof typeof permissions;
}

/** One program as a Fargate service on ARM64, in private subnets, with a role that may do what its list says. */
export function createProgram(scope: Construct, name: Program, around: Surroundings, options: ProgramOptions) {
  const { cluster, vpc, redis, secrets, arnOf } = around;
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const task = new FargateTaskDefinition(scope, `${title}Task`, {
    cpu: options.cpu,
    memoryLimitMiB: options.memoryMiB,
    runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
  });
  const variable = (key: string) => [key, TaskSecret.fromSecretsManager(secrets, key)] as const;
  const container = task.addContainer(name, {
    image: ContainerImage.fromRegistry(options.image),
    environment: { ...around.environment, ...options.environment },
    secrets: {
      REDIS_URL: TaskSecret.fromSecretsManager(redis.url),
      ...Object.fromEntries(options.secrets.map(variable)),
    },
    readonlyRootFilesystem: true,
    stopTimeout: Duration.seconds(options.stopSeconds),
    logging: LogDrivers.awsLogs({
      streamPrefix: name,
      logGroup: new LogGroup(scope, `${title}Log`, { retention: RetentionDays.ONE_MONTH }),
    }),
    ...(options.port !== undefined && { portMappings: [{ containerPort: options.port }] }),
  });
  if (name !== 'api') {
    task.addVolume({ name: 'tmp' });
    container.addMountPoints({ sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false });
  }
  for (const { actions, on } of permissions[options.role ?? name]) {
    task.addToTaskRolePolicy(new PolicyStatement({ actions: [...actions], resources: [arnOf(on)] }));
    if (on.endsWith('/*')) acknowledgeKeysBelow(task, arnOf(on));
  }
  const securityGroup = new SecurityGroup(scope, `${title}Access`, { vpc });
  redis.allow(securityGroup);
  const service = new FargateService(scope, title, {
    cluster,
    taskDefinition: task,
    securityGroups: [securityGroup],
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { rollback: true },
    ...(options.desiredCount !== undefined && { desiredCount: options.desiredCount }),
  });
  explain(task);
  return { service, securityGroup };
}

function explain(task: FargateTaskDefinition): void {
  Validations.of(task).acknowledge({
    id: 'AwsSolutions-ECS2',
    reason: 'Variables are settings that are not secrets; secrets come from Secrets Manager.',
  });
}

/** cdk-nag asks for the reason of each wildcard. It names an ARN by the id of its resource. */
function acknowledgeKeysBelow(task: FargateTaskDefinition, arn: string): void {
  const [bucket, keys] = Stack.of(task).resolve(arn)['Fn::Join'][1];
  Validations.of(task).acknowledge({
    id: `AwsSolutions-IAM5[Resource::<${bucket['Fn::GetAtt'].join('.')}>${keys}]`,
    reason: 'The keys below one prefix of a bucket.',
  });
}
