import { z } from 'zod';
import type { S3Settings } from './s3-client.ts';

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be a bucket name of 3 to 63 characters');

/** The environment variables of every process that reaches the object storage. */
export const storageEnv = {
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .describe('where processes reach the object storage'),
  S3_REGION: z.string().default('us-east-1').describe('region that requests are signed for'),
  S3_ACCESS_KEY_ID: z.string().min(1).describe('access key'),
  S3_SECRET_ACCESS_KEY: z.string().min(1).describe('its secret'),
  ORIGINALS_BUCKET: bucketName.default('imagemill-originals').describe('private bucket: originals and manifests'),
  CDN_BUCKET: bucketName.default('imagemill-cdn').describe('public bucket: renditions'),
};

/** How to reach the object storage, of an environment that has `storageEnv`. */
export const s3Settings = (env: {
  readonly S3_ENDPOINT: string;
  readonly S3_REGION: string;
  readonly S3_ACCESS_KEY_ID: string;
  readonly S3_SECRET_ACCESS_KEY: string;
}): S3Settings => ({
  endpoint: env.S3_ENDPOINT,
  region: env.S3_REGION,
  accessKeyId: env.S3_ACCESS_KEY_ID,
  secretAccessKey: env.S3_SECRET_ACCESS_KEY,
});
