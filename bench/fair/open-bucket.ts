import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startS3 } from '@imagemill/local-stack';
import { createS3Client, createS3Storage, ensureBucket, type ObjectStorage } from '@imagemill/storage';

/** An empty bucket on an S3 server of its own. */
export async function openBucket(): Promise<{ readonly storage: ObjectStorage; close(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-bench-fair-s3-'));
  const server = { region: 'us-east-1', accessKeyId: 'bench', secretAccessKey: randomBytes(16).toString('hex') };
  const s3 = await startS3({ dir, ...server });
  const client = createS3Client({ endpoint: s3.endpoint, ...server });
  await ensureBucket(client, { bucket: 'originals', corsOrigins: ['*'], corsMethods: ['PUT'] });
  return {
    storage: createS3Storage({ client, bucket: 'originals' }),
    async close() {
      client.destroy();
      await s3.stop();
      await rm(dir, { recursive: true });
    },
  };
}
