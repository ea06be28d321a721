import { randomUUID } from 'node:crypto';
import { startAlteredStore } from '@imagemill/local-stack/test-support';
import { createManifests, type Manifest, ManifestConflictError } from '@imagemill/manifests';
import { createLogger, parseEnv } from '@imagemill/service';
import { createS3Client, ensureBucket } from '@imagemill/storage';
import { ImageId, originalKey, Tenant } from '@imagemill/variants';
import { v7 as uuidv7 } from 'uuid';
import { expect, inject, onTestFinished, test } from 'vitest';
import { checkBackends, openBackends } from './backends.ts';
import { workerEnv } from './env.ts';

const { redisUrl, s3 } = inject('servers');
const [originalsBucket, cdnBucket] = [`originals-${randomUUID()}`, `cdn-${randomUUID()}`];

/** The backends of a worker on a store that does not implement conditional writes. */
async function backendsWith(set: Readonly<Record<string, string>>) {
  const store = await startAlteredStore(s3.endpoint, {
    instead: ({ method, headers }) =>
      method === 'PUT' && ('if-none-match' in headers || 'if-match' in headers)
        ? { status: 501, headers: { 'content-length': '0' } }
        : undefined,
  });
  const env = parseEnv(workerEnv, {
    REDIS_URL: redisUrl,
    S3_ENDPOINT: store.endpoint,
    S3_REGION: s3.region,
    CDN_BASE_URL: 'https://cdn.test',
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    ORIGINALS_BUCKET: originalsBucket,
    CDN_BUCKET: cdnBucket,
    ...set,
  });
  const backends = openBackends(env, createLogger('worker', 'silent'));
  onTestFinished(async () => {
    backends.close();
    await store.stop();
  });
  return backends;
}

test('on a store without conditional writes, a worker starts with S3_CONDITIONAL_WRITES=detect only, and a second commit is a conflict', async () => {
  for (const bucket of [originalsBucket, cdnBucket])
    await ensureBucket(createS3Client(s3), { bucket, corsOrigins: ['*'], corsMethods: ['PUT'] });
  await expect(checkBackends(await backendsWith({}))).rejects.toThrow('S3_CONDITIONAL_WRITES=detect');

  const backends = await backendsWith({ S3_CONDITIONAL_WRITES: 'detect' });
  await checkBackends(backends);
  const manifests = createManifests(backends.originals);
  const image = { tenant: Tenant.parse('acme'), category: 'product', imageId: ImageId.parse(uuidv7()) } as const;
  const at = new Date().toISOString();
  const manifest: Manifest = {
    ...image,
    originalKey: originalKey({ ...image, contentType: 'image/jpeg' }),
    originalEtag: '"e"',
    filename: '',
    metadata: {},
    attempts: 1,
    createdAt: at,
    status: 'rejected',
    rejectedAt: at,
    error: { code: 'corrupt', message: 'This file is damaged.' },
  };
  await manifests.publish(manifest, undefined);
  await expect(manifests.publish(manifest, undefined)).rejects.toThrow(ManifestConflictError);
});
