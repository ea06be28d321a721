// The floor of the API bench, in a separate process: a bare handler that only signs a URL and adds a job.
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { serve } from '@hono/node-server';
import { Queue } from 'bullmq';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';

const { REDIS_URL = '', S3_ENDPOINT = '', S3_ACCESS_KEY_ID = '', S3_SECRET_ACCESS_KEY = '', PORT } = process.env;
const queue = new Queue('render', {
  connection: new Redis(REDIS_URL, { maxRetriesPerRequest: null }),
  prefix: 'floor',
});
const client = new S3Client({
  endpoint: S3_ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY },
  forcePathStyle: true,
});

const app = new Hono().post('/v1/images/upload-url', async (c) => {
  const { contentType, contentLength, ...rest } = await c.req.json();
  const imageId = uuidv7();
  const key = `${imageId}/original.jpg`;
  const put = new PutObjectCommand({
    Bucket: 'originals',
    Key: key,
    ContentType: contentType,
    ContentLength: contentLength,
  });
  const uploadUrl = await getSignedUrl(client, put, { expiresIn: 900 });
  await queue.add('render-image', { imageId, key, contentType, ...rest }, { jobId: imageId, delay: 5_000 });
  return c.json({ imageId, uploadUrl }, 201);
});

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(PORT) }, () => process.send?.('ready'));
process.once('SIGTERM', () => process.exit());
process.once('disconnect', () => process.exit());
