import { Aws, CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { FlowLogDestination, GatewayVpcEndpointAwsService, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { createAlarms } from './alarms.ts';
import { createBuckets } from './buckets.ts';
import type { Config } from './config.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import type { Permission } from './permissions.ts';
import { createProgram, type Surroundings } from './programs.ts';
import { createRedis, type Redis } from './redis.ts';
import { createBacklogMetrics, scaleByBacklog } from './scaling.ts';
import { createUploadEvents, RENDER_VISIBILITY, type UploadEvents } from './upload-events.ts';
import { createLoadBalancer } from './web.ts';

export interface ImagemillStackProps extends StackProps {
  readonly config: Config;
  /** A file with the template of deploy/edge/cloudfront. */
  readonly deliveryTemplate: string;
}

/** What the stack of the Lambda renderer uses. */
export interface RendererSurroundings extends Pick<Surroundings, 'environment' | 'arnOf'> {
  readonly uploadEvents: UploadEvents;
  readonly distributionId: string;
}

/** imagemill in one region of AWS. */
export class ImagemillStack extends Stack {
  readonly forRenderer: RendererSurroundings;

  constructor(scope: Construct, id: string, { config, deliveryTemplate, ...props }: ImagemillStackProps) {
    super(scope, id, props);
    const vpc = createVpc(this);
    const { originals, cdn } = createBuckets(this, config.corsOrigins);
    const uploadEvents = createUploadEvents(this, originals, config.lambda && RENDER_VISIBILITY);
    const redis = createRedis(this, vpc);
    const delivery = createDelivery(this, {
      cdn,
      edgeDomain: config.edgeDomain,
      ...config.cdn,
      templateFile: deliveryTemplate,
    });
    const around = createSurroundings(this, { vpc, originals, cdn, uploadEvents, redis, delivery, config });
    this.forRenderer = {
      environment: around.environment,
      uploadEvents,
      distributionId: delivery.distributionId,
      arnOf: (on) => {
        const [name, ...prefix] = on.split('/');
        const arn = around.arnOf(name as Permission['on']);
        // The name of the export is known at once: cdk-nag asks for it.
        return prefix.length > 0 ? [this.exportValue(arn), ...prefix].join('/') : arn;
      },
    };
    const { api, worker, edge } = createPrograms(this, around, { config, uploadEvents, delivery });
    edge.service
      .autoScaleTaskCount({ minCapacity: 2, maxCapacity: 10 })
      .scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 70 });
    const loadBalancer = createLoadBalancer(this, vpc, config.certificateArn, [
      { name: 'Api', domain: config.apiDomain, service: api.service, port: 8080 },
      { name: 'Edge', domain: config.edgeDomain, service: edge.service, port: 8081 },
    ]);
    const metrics =
      worker &&
      createBacklogMetrics(this, {
        apiDomain: config.apiDomain,
        key: Secret.fromSecretCompleteArn(this, 'BacklogKey', config.secretArns.backlogKey),
      });
    if (worker && metrics) scaleByBacklog(worker.service, metrics.backlog, config.workersMax);
    createAlarms(this, {
      email: config.alarmEmail,
      monthlyBudgetUsd: config.monthlyBudgetUsd,
      loadBalancer,
      redis: redis.group,
      uploadEvents,
      ...metrics,
      workersMax: config.workersMax,
    });
    new CfnOutput(this, 'LoadBalancerName', { value: loadBalancer.loadBalancerDnsName });
  }
}

function createVpc(scope: Construct): Vpc {
  const vpc = new Vpc(scope, 'Network', { maxAzs: 2, natGateways: 1 });
  // Bytes to and from the buckets take the endpoint, not the paid NAT gateway.
  vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
  const logGroup = new LogGroup(scope, 'FlowLog', {
    retention: RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  vpc.addFlowLog('Flows', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) });
  return vpc;
}

interface Parts {
  readonly vpc: Vpc;
  readonly originals: Bucket;
  readonly cdn: Bucket;
  readonly uploadEvents: UploadEvents;
  readonly redis: Redis;
  readonly delivery: Delivery;
  readonly config: Config;
}

function createSurroundings(scope: Construct, parts: Parts): Surroundings {
  const { vpc, originals, cdn, uploadEvents, redis, delivery, config } = parts;
  const arns = {
    originals: originals.bucketArn,
    cdn: cdn.bucketArn,
    'upload events': uploadEvents.queue.queueArn,
    distribution: delivery.distributionArn,
  };
  return {
    cluster: new Cluster(scope, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED }),
    vpc,
    redis,
    secrets: Secret.fromSecretCompleteArn(scope, 'Secrets', config.secretArns.programs),
    environment: {
      ORIGINALS_BUCKET: originals.bucketName,
      CDN_BUCKET: cdn.bucketName,
      S3_ENDPOINT: `https://s3.${Aws.REGION}.amazonaws.com`,
      S3_REGION: Aws.REGION,
      CDN_BASE_URL: `https://${config.cdn.aliases[0]}`,
    },
    arnOf: (on) => {
      const [bucket = '', ...prefix] = on.split('/');
      return [arns[bucket as keyof typeof arns], ...prefix].join('/');
    },
  };
}

function createPrograms(
  scope: Construct,
  around: Surroundings,
  { config, uploadEvents, delivery }: Pick<Parts, 'config' | 'uploadEvents' | 'delivery'>,
) {
  const { images, apiDomain } = config;
  // SHUTDOWN_GRACE_MS for what is in flight, 10 s to return unfinished jobs to the queue, and a margin.
  const stopSeconds = 50;
  const api = createProgram(scope, 'api', around, {
    image: images.api,
    cpu: 512,
    memoryMiB: 1024,
    port: 8080,
    desiredCount: 2,
    stopSeconds,
    environment: {
      API_BASE_URL: `https://${apiDomain}`,
      ...(config.lambda
        ? { RENDERER: 'lambda', RENDER_QUEUE_URL: uploadEvents.queue.queueUrl }
        : { UPLOAD_EVENTS_QUEUE_URL: uploadEvents.queue.queueUrl, UPLOAD_EVENTS_REGION: Aws.REGION }),
    },
    role: config.lambda ? 'serverlessApi' : 'api',
    secrets: ['FOLLOW_TOKEN_SECRET', 'BOARD_SESSION_SECRET', 'API_KEYS', 'EDGE_SIGNING_KEYS'],
  });
  const worker = config.lambda
    ? undefined
    : createProgram(scope, 'worker', around, {
        image: images.worker,
        cpu: 2048,
        memoryMiB: 4096,
        stopSeconds,
        environment: { PURGE_CLOUDFRONT_DISTRIBUTION: delivery.distributionId, ENCODE_CONCURRENCY: '3' },
        secrets: ['EDGE_SIGNING_KEYS'],
      });
  const edge = createProgram(scope, 'edge', around, {
    image: images.edge,
    cpu: 2048,
    memoryMiB: 4096,
    port: 8081,
    desiredCount: 2,
    stopSeconds,
    environment: { ENCODE_CONCURRENCY: '3' },
    secrets: ['EDGE_SIGNING_KEYS'],
  });
  return { api, worker, edge };
}
