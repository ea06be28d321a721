import { CreateBucketCommand, PutBucketCorsCommand, PutBucketPolicyCommand, type S3Client } from '@aws-sdk/client-s3';
import { toStorageError } from './errors.ts';

export interface BucketSetup {
  readonly bucket: string;
  /** Origins of the web pages that may upload to (PUT, POST) or read from the bucket; `*` is any. */
  readonly corsOrigins: readonly string[];
  readonly corsMethods: readonly ('GET' | 'HEAD' | 'PUT' | 'POST')[];
  /** Keys with this prefix are publicly readable. */
  readonly publicReadPrefix?: string;
  /**
   * Denies uploads with headers that publish or copy an object. For servers that obey headers which the signature of an upload
   * URL does not cover, such as Ceph. The server must support conditions in policies.
   */
  readonly denyPublishing?: boolean;
}

/**
 * Creates the bucket unless it exists, and sets its CORS rules and policy. Idempotent.
 *
 * @throws StorageError
 */
export async function ensureBucket(client: S3Client, setup: BucketSetup): Promise<void> {
  const { bucket: Bucket, corsOrigins, corsMethods, publicReadPrefix, denyPublishing = false } = setup;
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
    const statements = [
      ...(publicReadPrefix === undefined ? [] : [publicRead(Bucket, publicReadPrefix)]),
      ...(denyPublishing ? denyPublishingOf(Bucket) : []),
    ];
    if (statements.length > 0) {
      await client.send(new PutBucketPolicyCommand({ Bucket, Policy: policyOf(statements) }));
    }
  } catch (error) {
    throw toStorageError(error);
  }
}

const isAlreadyOurs = (error: unknown) =>
  error instanceof Error && ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes(error.name);

/** A bucket policy that makes only the keys with this prefix publicly readable. */
export const publicReadPolicy = (bucket: string, prefix: string): string => policyOf([publicRead(bucket, prefix)]);

const policyOf = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

const publicRead = (bucket: string, prefix: string) => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${bucket}/${prefix}*`,
});

const PUBLISHING = ['acl', 'grant-read', 'grant-read-acp', 'grant-write-acp', 'grant-full-control', 'copy-source'];

/** One statement for each header: the conditions of one statement must all be met. `?*` is any value but none. */
const denyPublishingOf = (bucket: string) =>
  PUBLISHING.map((header) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${bucket}/*`,
    Condition: { StringLike: { [`s3:x-amz-${header}`]: '?*' } },
  }));
