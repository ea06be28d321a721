import { z } from 'zod';
import type { S3Settings } from './s3-client.ts';

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be a bucket name of 3 to 63 characters');

/** The environment variables of every process that reaches the object storage. */
export const storageEnv = {
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .describe('endpoint of the object storage, as seen by the API and the workers'),
  S3_REGION: z.string().default('us-east-1').describe('region that requests are signed for'),
  S3_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe("access key; if not set, the AWS SDK uses its credential chain: a pod's, task's or instance's role"),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('secret of the access key'),
  ORIGINALS_BUCKET: bucketName.default('imagemill-originals').describe('private bucket: originals and manifests'),
  CDN_BUCKET: bucketName.default('imagemill-cdn').describe('public bucket: renditions'),
  S3_CONDITIONAL_WRITES: z
    .enum(['prevent', 'detect'])
    .default('prevent')
    .describe('`detect` for a server without conditional writes: conflicting writes are then detected, not prevented'),
};

/** The environment variable of every process that signs URLs of the object storage. */
export const publicStorageEnv = {
  S3_PUBLIC_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .optional()
    .describe(
      'endpoint of the object storage for uploaders, and for a moderation service, if it differs from S3_ENDPOINT',
    ),
};

interface S3Keys {
  readonly S3_ACCESS_KEY_ID?: string | undefined;
  readonly S3_SECRET_ACCESS_KEY?: string | undefined;
}

/** For a schema with `storageEnv`: a key without its secret, or the reverse, is an error and never falls back to a role. */
export function keyWithSecret(env: S3Keys, context: z.RefinementCtx): void {
  const names = ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
  const missing = names.filter((name) => env[name] === undefined);
  if (missing.length === 1) context.addIssue({ code: 'custom', path: missing, message: 'is not set' });
}

/** A manifest is a commit: another process may be about to write it too. */
const COMMIT_SETTLES_MS = 1_000;

interface BucketSettings {
  readonly ORIGINALS_BUCKET: string;
  readonly CDN_BUCKET: string;
  readonly S3_CONDITIONAL_WRITES: 'prevent' | 'detect';
}

/**
 * The options of both buckets' storages, with how they treat conditions, from a parsed environment that has `storageEnv`. Renditions need no
 * wait before the second look: two runs of a job give the same picture.
 */
export function bucketsOf({ ORIGINALS_BUCKET, CDN_BUCKET, S3_CONDITIONAL_WRITES }: BucketSettings) {
  const isDetected = S3_CONDITIONAL_WRITES === 'detect';
  return {
    originals: { bucket: ORIGINALS_BUCKET, detectConflictsAfterMs: isDetected ? COMMIT_SETTLES_MS : undefined },
    cdn: { bucket: CDN_BUCKET, detectConflictsAfterMs: isDetected ? 0 : undefined },
  };
}

/** The S3 client's settings from a parsed environment that has `storageEnv`. */
export const s3Settings = (env: S3Keys & { readonly S3_ENDPOINT: string; readonly S3_REGION: string }): S3Settings => ({
  endpoint: env.S3_ENDPOINT,
  region: env.S3_REGION,
  accessKeyId: env.S3_ACCESS_KEY_ID,
  secretAccessKey: env.S3_SECRET_ACCESS_KEY,
});
