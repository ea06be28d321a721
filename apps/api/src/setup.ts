import { parseEnv } from '@imagemill/service/environment';
import { StartUpError } from '@imagemill/service/start-up';
import { createS3Client, ensureBucket, s3Settings } from '@imagemill/storage';
import { prefixes } from '@imagemill/variants';
import { lackingCapabilities } from './doctor/lacking-capabilities.ts';
import { textReport } from './doctor/report.ts';
import { setupEnv } from './env.ts';

/**
 * One-shot: creates both buckets with their CORS rules and the public-read policy of renditions, reports what their server lacks, then
 * exits.
 */
try {
  const env = parseEnv(setupEnv, process.env);
  const client = createS3Client(s3Settings(env));
  await ensureBucket(client, {
    bucket: env.ORIGINALS_BUCKET,
    corsOrigins: env.CORS_ORIGINS,
    corsMethods: ['PUT', 'POST'],
    denyPublishing: env.S3_DENY_PUBLISHING,
  });
  await ensureBucket(client, {
    bucket: env.CDN_BUCKET,
    corsOrigins: ['*'],
    corsMethods: ['GET', 'HEAD'],
    publicReadPrefix: prefixes.renditions,
  });
  process.stdout.write(`Buckets ${env.ORIGINALS_BUCKET} and ${env.CDN_BUCKET} are ready.\n`);
  const lacking = await lackingCapabilities(process.env);
  if (lacking.length > 0) process.stdout.write(`${textReport(lacking)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof StartUpError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
