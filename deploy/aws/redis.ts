import { Fn, SecretValue, Validations } from 'aws-cdk-lib';
import { type IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

export interface Redis {
  readonly group: CfnReplicationGroup;
  /** Holds the URL, with the token, for REDIS_URL. */
  readonly url: Secret;
  allow(client: SecurityGroup): void;
}

const PORT = 6379;

/**
 * One primary and one replica in two zones, with automatic failover behind one name. ElastiCache has no append-only file: what a
 * failover loses is restored by the reconciler (docs/reliability.md).
 */
export function createRedis(scope: Construct, vpc: IVpc): Redis {
  const securityGroup = new SecurityGroup(scope, 'RedisAccess', { vpc, allowAllOutbound: false });
  const token = new Secret(scope, 'RedisToken', {
    generateSecretString: { excludePunctuation: true, passwordLength: 64 },
  });
  const parameters = new CfnParameterGroup(scope, 'RedisParameters', {
    cacheParameterGroupFamily: 'valkey8',
    description: 'imagemill: jobs are never evicted',
    properties: { 'maxmemory-policy': 'noeviction' },
  });
  const subnets = new CfnSubnetGroup(scope, 'RedisSubnets', {
    description: 'imagemill',
    subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId),
  });
  const group = new CfnReplicationGroup(scope, 'Redis', {
    replicationGroupDescription: 'imagemill',
    engine: 'valkey',
    engineVersion: '8.0',
    cacheNodeType: 'cache.t4g.medium',
    numCacheClusters: 2,
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    atRestEncryptionEnabled: true,
    transitEncryptionEnabled: true,
    authToken: token.secretValue.unsafeUnwrap(),
    port: PORT,
    snapshotRetentionLimit: 7,
    cacheParameterGroupName: parameters.ref,
    cacheSubnetGroupName: subnets.ref,
    securityGroupIds: [securityGroup.securityGroupId],
  });
  const address = group.attrPrimaryEndPointAddress;
  const url = new Secret(scope, 'RedisUrl', {
    secretStringValue: SecretValue.unsafePlainText(
      Fn.join('', ['rediss://:', token.secretValue.unsafeUnwrap(), '@', address, `:${PORT}`]),
    ),
  });
  for (const secret of [token, url]) {
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Rotation needs a restart of every program: it is done by hand, as docs/aws.md describes.',
    });
  }
  Validations.of(group).acknowledge({
    id: 'AwsSolutions-AEC5',
    reason: 'The port is open to the three programs only, by security group.',
  });
  return {
    group,
    url,
    allow: (client) => securityGroup.addIngressRule(client, Port.tcp(PORT), 'imagemill'),
  };
}
