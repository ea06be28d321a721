import { Aws, Fn, type IResolvable, Validations } from 'aws-cdk-lib';
import type { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { Bucket, CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { Construct } from 'constructs';

export interface Delivery {
  readonly distributionArn: string;
  readonly distributionId: string;
}

export interface DeliveryOptions {
  readonly cdn: Bucket;
  readonly edgeDomain: string;
  readonly aliases: readonly string[];
  readonly certificateArn: string;
  /** A file with the template of deploy/edge/cloudfront. */
  readonly templateFile: string;
}

/** CloudFront, the bucket first and the edge on a miss, by the same template as for an installation without CDK. */
export function createDelivery(scope: Construct, options: DeliveryOptions): Delivery {
  const { cdn, edgeDomain, aliases, certificateArn, templateFile } = options;
  const template = new CfnInclude(scope, 'Delivery', {
    templateFile,
    parameters: {
      CdnBucket: cdn.bucketName,
      EdgeDomainName: edgeDomain,
      Aliases: [...aliases],
      CertificateArn: certificateArn,
      PriceClass: 'PriceClass_100',
      PrivateCacheSeconds: 300,
    },
  });
  requireTls(template.getResource('BucketPolicy') as CfnBucketPolicy, cdn);
  const distribution = template.getResource('Distribution') as CfnDistribution;
  Validations.of(distribution).acknowledge(
    { id: 'AwsSolutions-CFR1', reason: 'A marketplace decides itself in which countries its pictures are shown.' },
    { id: 'AwsSolutions-CFR2', reason: "A function answers 404 for every path and parameter that is not imagemill's." },
    { id: 'AwsSolutions-CFR4', reason: 'With aliases, as here, the template requires TLSv1.2_2021.' },
    {
      id: 'CloudFormation-Validate::F3014',
      reason: 'The template chooses one of the two certificates by a condition.',
    },
    {
      id: 'AwsSolutions-CFR3',
      reason: 'Access logs of pictures are personal data: turn them on where they are needed.',
    },
  );
  return {
    distributionId: distribution.ref,
    distributionArn: Fn.join('', [
      `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/`,
      distribution.ref,
    ]),
  };
}

/** A bucket has one policy, so the denial of plain HTTP is added to the template's. */
function requireTls(policy: CfnBucketPolicy, bucket: Bucket): void {
  const document = policy.policyDocument as Exclude<typeof policy.policyDocument, IResolvable> & {
    Statement: unknown[];
  };
  document.Statement.push({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [bucket.bucketArn, bucket.arnForObjects('*')],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
}
