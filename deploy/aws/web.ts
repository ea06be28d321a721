import { Duration, Validations } from 'aws-cdk-lib';
import type { Vpc } from 'aws-cdk-lib/aws-ec2';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ListenerAction,
  ListenerCertificate,
  ListenerCondition,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

interface Host {
  readonly name: string;
  readonly domain: string;
  readonly service: FargateService;
  readonly port: number;
}

/** One load balancer for the API and the edge, told apart by host name; any other host gets a 404. */
export function createLoadBalancer(scope: Construct, vpc: Vpc, certificateArn: string, hosts: readonly Host[]) {
  const logs = new Bucket(scope, 'LoadBalancerLogs', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: [{ expiration: Duration.days(30) }],
  });
  Validations.of(logs).acknowledge({ id: 'AwsSolutions-S1', reason: 'It contains access logs itself.' });
  const loadBalancer = new ApplicationLoadBalancer(scope, 'LoadBalancer', {
    vpc,
    internetFacing: true,
    // Live events are idle for up to 15 s.
    idleTimeout: Duration.seconds(60),
    dropInvalidHeaderFields: true,
  });
  loadBalancer.logAccessLogs(logs);
  for (const group of loadBalancer.connections.securityGroups) {
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-EC23',
      reason: 'Sellers and CloudFront reach the API and the edge from anywhere, by HTTPS only.',
    });
  }
  const listener = loadBalancer.addListener('Https', {
    port: 443,
    protocol: ApplicationProtocol.HTTPS,
    certificates: [ListenerCertificate.fromArn(certificateArn)],
    sslPolicy: SslPolicy.RECOMMENDED_TLS,
    defaultAction: ListenerAction.fixedResponse(404),
  });
  hosts.forEach(({ name, domain, service, port }, at) => {
    listener.addTargets(name, {
      priority: at + 1,
      conditions: [ListenerCondition.hostHeaders([domain])],
      port,
      protocol: ApplicationProtocol.HTTP,
      targets: [service],
      healthCheck: { path: '/readyz', interval: Duration.seconds(10), timeout: Duration.seconds(5) },
      deregistrationDelay: Duration.seconds(10),
    });
  });
  return loadBalancer;
}
