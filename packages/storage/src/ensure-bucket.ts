import { CreateBucketCommand, PutBucketCorsCommand, PutBucketPolicyCommand, type S3Client } from '@aws-sdk/client-s3';
import { toStorageError } from './errors.ts';

export interface BucketSetup {
  readonly bucket: string;
  /** Origins of the web pages that may upload to (PUT, POST) or read from the bucket; `*` is any. */
  readonly corsOrigins: readonly string[];
  readonly corsMethods: readonly ('GET' | 'HEAD' | 'PUT' | 'POST')[];
  /** Keys with this prefix are publicly readable. */
  readonly publicReadPrefix?: string;
}

/**
 * Creates the bucket unless it exists, and sets its CORS rules and policy. Idempotent.
 *
 * @throws StorageError
 */
export async function ensureBucket(client: S3Client, setup: BucketSetup): Promise<void> {
  const { bucket: Bucket, corsOrigins, corsMethods, publicReadPrefix } = setup;
  try {
    await client.send(new CreateBucketCommand({ Bucket })).catch((error: unknown) => {
      if (!isAlreadyOurs(error)) throw error;
    });
    const rule = {
      AllowedOrigins: [...corsOrigins],
      AllowedMethods: [...corsMethods],
      AllowedHeaders: ['*'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: 3600,
    };
    await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
    if (publicReadPrefix !== undefined) {
      await client.send(new PutBucketPolicyCommand({ Bucket, Policy: publicReadPolicy(Bucket, publicReadPrefix) }));
    }
  } catch (error) {
    throw toStorageError(error);
  }
}

const isAlreadyOurs = (error: unknown) =>
  error instanceof Error && ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes(error.name);

/** A bucket policy that makes only the keys with this prefix publicly readable. */
export function publicReadPolicy(bucket: string, prefix: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/${prefix}*` },
    ],
  });
}
