import { randomUUID } from 'node:crypto';
import { beforeAll, expect, inject, test } from 'vitest';
import { describeStorageContract } from './contract/describe-storage-contract.ts';
import { createS3Client, createS3Storage, ensureBucket, type StorageError } from './index.ts';

const { s3 } = inject('servers');
const client = createS3Client({ ...s3, maxAttempts: 1 });
const bucket = `storage-${randomUUID()}`;
const storage = createS3Storage({ client, bucket });
const setup = { bucket, corsOrigins: ['https://shop.test'], corsMethods: ['PUT', 'GET'] as const };

const isCeph = s3.server === 'ceph';

beforeAll(() => ensureBucket(client, { ...setup, publicReadPrefix: 'images/', denyPublishing: isCeph }));

describeStorageContract('S3', {
  open: (options) => createS3Storage({ client, bucket, ...options }),
  openMissing: () => createS3Storage({ client, bucket: `${bucket}-gone` }),
  // Ceph's gateway accepts x-amz-checksum-sha256 but does not verify it: the worker does.
  lacks: isCeph ? ['declared-checksum', 'cache-header-of-forms', 'unsigned-headers-refused'] : [],
});

const body = Buffer.from('not really a photograph');
const stored = (key: string) => ({ key, body, contentType: 'image/jpeg', cacheControl: 'private' });
const upload = () => ({
  key: `images/${randomUUID()}.jpg`,
  contentType: 'image/jpeg',
  contentLength: body.length,
  expiresInSeconds: 60,
  metadata: {},
  cacheControl: 'private',
});
const read = (key: string) => fetch(`${s3.endpoint}/${bucket}/${key}`);

test('only objects under the public prefix can be read without credentials', async () => {
  const [secret, shown] = [`private/${randomUUID()}`, `images/${randomUUID()}.jpg`];
  await Promise.all([storage.put(stored(secret)), storage.put(stored(shown))]);
  expect(await (await read(shown)).text()).toBe(body.toString());
  expect((await read(secret)).status).toBe(403);
});

test('ensureBucket is idempotent', async () => {
  await ensureBucket(client, setup);
  const { key } = upload();
  await storage.put(stored(key));
  await storage.probe();
  expect((await read(key)).status).toBe(200);
});

test('an upload URL signs every header that it lists, and the length', async () => {
  const { url, headers } = await storage.presignUpload(upload());
  const signed = new URL(url).searchParams.get('X-Amz-SignedHeaders')?.split(';');
  expect(signed).toEqual(['content-length', 'host', ...Object.keys(headers)].sort());
});

test('CORS allows an upload URL only for the configured web origins', async () => {
  const { url } = await storage.presignUpload(upload());
  const preflight = (origin: string) =>
    fetch(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
    });
  const allowed = await preflight('https://shop.test');
  expect(allowed.status).toBe(200);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.test');
  expect((await preflight('https://evil.test')).headers.get('access-control-allow-origin')).toBeNull();
});

const trouble = { code: 'storage-unavailable', retryable: true } satisfies Partial<StorageError>;

test('an unreachable server is a retryable error', async () => {
  const away = createS3Client({ ...s3, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 });
  const nowhere = createS3Storage({ client: away, bucket });
  await expect(nowhere.head('x')).rejects.toMatchObject(trouble);
  await expect(nowhere.probe()).rejects.toMatchObject(trouble);
});

test('a wrong secret is a retryable error: an operator can correct it while the work waits', async () => {
  const stranger = createS3Storage({ client: createS3Client({ ...s3, secretAccessKey: 'wrong' }), bucket });
  await expect(stranger.head('x')).rejects.toMatchObject(trouble);
});
