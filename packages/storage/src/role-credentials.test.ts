import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { checkBucket } from './check-bucket.ts';
import { ensureBucket } from './ensure-bucket.ts';
import { createS3Client } from './s3-client.ts';
import { createS3Storage } from './s3-storage.ts';

const { s3 } = inject('servers');
const keys = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };

/** A container's credentials endpoint: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
const role = createServer((request, response) => {
  if (request.url === '/silent') return;
  response.end(
    JSON.stringify({
      AccessKeyId: keys.accessKeyId,
      SecretAccessKey: keys.secretAccessKey,
      Token: 'a-session',
      Expiration: new Date(Date.now() + 3600_000).toISOString(),
    }),
  );
});
beforeEach(async () => {
  await once(role.listen(0, '127.0.0.1'), 'listening');
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => {
  vi.unstubAllEnvs();
  role.closeAllConnections();
  role.close();
});

const { endpoint, region } = s3;

test.skipIf(s3.server === 'ceph')('without keys, uses a role for calls and for signing', async () => {
  const { port } = role.address() as AddressInfo;
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${port}/role`);
  const bucket = `role-${randomUUID()}`;
  await ensureBucket(createS3Client({ endpoint, region, ...keys }), {
    bucket,
    corsOrigins: ['*'],
    corsMethods: ['PUT'],
  });
  const client = createS3Client({ endpoint, region });
  const storage = createS3Storage({ client, bucket });
  expect(await checkBucket(storage, { canaryKey: 'canaries/test' })).toEqual([]);

  const body = Buffer.from('bytes');
  const object = {
    key: 'original.jpg',
    contentType: 'image/jpeg',
    contentLength: body.length,
    cacheControl: 'private',
  };
  const upload = await storage.presignUpload({ ...object, metadata: {}, expiresInSeconds: 60 });
  expect(new URL(upload.url).searchParams.get('X-Amz-Security-Token')).toBe('a-session');
  const put = await fetch(upload.url, { method: 'PUT', headers: upload.headers, body });
  expect(put.status).toBe(200);
  const { fields } = await storage.presignPost({ ...object, metadata: {}, expiresInSeconds: 60 });
  expect(fields['X-Amz-Security-Token']).toBe('a-session');
  client.destroy();
});

test('without keys and without a role, the message says which variables to set', async () => {
  const client = createS3Client({ endpoint, region, maxAttempts: 1 });
  const [problem] = await checkBucket(createS3Storage({ client, bucket: 'any-bucket' }));
  expect(problem).toContain('Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY');
  client.destroy();
});

const put = { key: 'x', body: Buffer.from('x'), contentType: 'text/plain', cacheControl: 'private' };

/** A bucket whose credentials do not come, and a signal that is aborted as soon as they are asked for. */
function withoutCredentials() {
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${(role.address() as AddressInfo).port}/silent`);
  const client = createS3Client({ endpoint, region, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  const leaving = new AbortController();
  role.once('request', () => leaving.abort());
  return { storage: createS3Storage({ client, bucket: 'any-bucket' }), signal: leaving.signal };
}

test.each(['head', 'open', 'put', 'delete', 'list', 'probe'] as const)(
  '%s ends with its signal while credentials are loaded',
  async (name) => {
    const { storage, signal } = withoutCredentials();
    const call = {
      head: () => storage.head('x', { signal }),
      open: () => storage.open('x', { signal }),
      put: () => storage.put(put, { signal }),
      delete: () => storage.delete('x', { signal }),
      list: () => storage.list({ prefix: 'x', signal }),
      probe: () => storage.probe({ signal }),
    }[name];
    await expect(call()).rejects.toMatchObject({ code: 'storage-unavailable', retryable: true });
  },
);
