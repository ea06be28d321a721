import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods, StorageClass } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface Buckets {
  readonly originals: Bucket;
  readonly cdn: Bucket;
}

/** Neither bucket is deleted with the stack. */
const common = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  removalPolicy: RemovalPolicy.RETAIN,
} as const;

/** The originals bucket, private and versioned, and the CDN bucket, which only CloudFront and the programs read. */
export function createBuckets(scope: Construct, corsOrigins: readonly string[]): Buckets {
  const originals = new Bucket(scope, 'Originals', {
    ...common,
    enforceSSL: true,
    versioned: true,
    cors: [
      {
        allowedMethods: [HttpMethods.PUT, HttpMethods.POST],
        allowedOrigins: [...corsOrigins],
        allowedHeaders: ['*'],
        exposedHeaders: ['ETag'],
        maxAge: 3600,
      },
    ],
    lifecycleRules: [
      // Longer than MULTIPART_TTL_SECONDS and a day.
      { id: 'incomplete-uploads', abortIncompleteMultipartUploadAfter: Duration.days(3) },
      // A deleted image is gone for good after this, and so is a manifest that was replaced.
      { id: 'old-versions', noncurrentVersionExpiration: Duration.days(7), expiredObjectDeleteMarker: true },
      // Originals are read again only when an image is rendered again. Records stay: they are read often and are small.
      {
        id: 'old-originals',
        prefix: 'originals/',
        transitions: [{ storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) }],
      },
    ],
  });
  // Its policy, which also requires TLS, comes with CloudFront's template: a bucket has one policy (delivery.ts).
  const cdn = new Bucket(scope, 'Cdn', common);
  for (const bucket of [originals, cdn]) {
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs of S3 add cost and little information: the API logs each upload, and CloudFront reads the CDN bucket.',
    });
  }
  return { originals, cdn };
}
