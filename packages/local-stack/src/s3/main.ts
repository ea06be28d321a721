import { parseEnv } from '@imagemill/service/environment';
import { runProcess } from '@imagemill/service/process';
import { s3ServerEnv } from './env.ts';
import { createS3Server } from './server.ts';

await runProcess(async () => {
  const env = parseEnv(s3ServerEnv, process.env);
  const { S3_EVENTS_WEBHOOK_URL: url, S3_EVENTS_WEBHOOK_TOKEN: token } = env;
  const server = await createS3Server({
    host: env.S3_HOST,
    port: env.S3_PORT,
    region: env.S3_REGION,
    dataDir: env.S3_DATA_DIR,
    buckets: env.S3_BUCKETS,
    credentials: { accessKeyId: env.S3_ACCESS_KEY_ID, secretAccessKey: env.S3_SECRET_ACCESS_KEY },
    ...(url && {
      eventWebhook: {
        url,
        keyPrefix: env.S3_EVENTS_KEY_PREFIX,
        ...(token && { headers: { authorization: `Bearer ${token}` } }),
      },
    }),
  });
  console.log(`S3 server listens on ${server.endpoint}, data in ${env.S3_DATA_DIR}`);
  return server;
});
