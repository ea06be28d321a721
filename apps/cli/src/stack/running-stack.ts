import { parseEnv } from '@imagemill/service/environment';
import { reconcileEnv } from '../env.ts';
import { FailureToExplain } from '../explain.ts';
import { readStackFile, type StackFile } from './stack-file.ts';

/**
 * The local stack of the environment's folder, for a command that also examines the deployment in its environment.
 *
 * @returns undefined if none is running, and the environment has a deployment
 * @throws FailureToExplain if there is neither
 */
export async function stackOrDeployment(): Promise<StackFile | undefined> {
  const stack = await readStackFile(parseEnv(reconcileEnv, process.env).IMAGEMILL_DIR);
  if (stack || process.env.REDIS_URL || process.env.S3_ENDPOINT) return stack;
  throw new FailureToExplain(
    'No local stack is running in this folder. Start one with `npx -y pnpm@12 start`, or set REDIS_URL, S3_ENDPOINT and the other variables of a deployment.',
  );
}

/** The variables of its Redis and its buckets. */
export const storesEnv = (stack: StackFile): NodeJS.ProcessEnv => ({
  REDIS_URL: stack.redisUrl,
  S3_ENDPOINT: stack.s3Endpoint,
  S3_ACCESS_KEY_ID: stack.s3AccessKeyId,
  S3_SECRET_ACCESS_KEY: stack.s3SecretAccessKey,
  ORIGINALS_BUCKET: stack.originalsBucket,
  CDN_BUCKET: stack.cdnBucket,
});
