import { parseEnv } from '@imagemill/service/environment';
import { reconcileEnv } from '../env.ts';
import { readStackFile, type StackFile } from './stack-file.ts';

/** The local stack of the environment's folder; undefined if none is running. */
export const runningStack = () => readStackFile(parseEnv(reconcileEnv, process.env).IMAGEMILL_DIR);

/** The variables of its Redis and its buckets. */
export const storesEnv = (stack: StackFile): NodeJS.ProcessEnv => ({
  REDIS_URL: stack.redisUrl,
  S3_ENDPOINT: stack.s3Endpoint,
  S3_ACCESS_KEY_ID: stack.s3AccessKeyId,
  S3_SECRET_ACCESS_KEY: stack.s3SecretAccessKey,
  ORIGINALS_BUCKET: stack.originalsBucket,
  CDN_BUCKET: stack.cdnBucket,
});
