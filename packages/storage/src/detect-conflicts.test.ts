import { randomUUID } from 'node:crypto';
import { startAlteredStore } from '@imagemill/local-stack/test-support';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeObjects } from './contract/objects.ts';
import { key, stored, textAt } from './contract/samples.ts';
import { detectConflicts } from './detect-conflicts.ts';
import { checkBucket, createS3Client, createS3Storage, ensureBucket } from './index.ts';

const { s3 } = inject('servers');
const bucket = `detected-${randomUUID()}`;
/** As Backblaze B2 answers. */
const store = await startAlteredStore(s3.endpoint, {
  instead: ({ method, headers }) =>
    method === 'PUT' && ('if-none-match' in headers || 'if-match' in headers)
      ? { status: 501, headers: { 'content-length': '0' } }
      : undefined,
});
const client = createS3Client({ ...s3, endpoint: store.endpoint, maxAttempts: 1 });
const storageOf = (name = bucket) => createS3Storage({ client, bucket: name, detectConflictsAfterMs: 1_000 });

beforeAll(() => ensureBucket(createS3Client(s3), { bucket, corsOrigins: ['https://shop.test'], corsMethods: ['PUT'] }));
afterAll(async () => {
  client.destroy();
  await store.stop();
});

describe('a store without conditional writes, whose conflicts are detected', () => {
  describeObjects({ open: () => storageOf(), openMissing: () => storageOf(`${bucket}-gone`) });

  test('is accepted at the start of a worker, and without the detection it is not', async () => {
    const check = (storage: ReturnType<typeof storageOf>) => checkBucket(storage, { canaryKey: key() });
    expect(await check(storageOf())).toEqual([]);
    expect(await check(createS3Storage({ client, bucket }))).toEqual([
      expect.stringContaining('S3_CONDITIONAL_WRITES=detect'),
    ]);
  });
});

test.each(['ifAbsent', 'ifMatch'] as const)(
  'a process whose object was overwritten before its second look reports a conflict, and the last write stays: %s',
  async (condition) => {
    const { put, head, probe } = createS3Storage({ client, bucket });
    const name = key();
    const before = condition === 'ifMatch' ? await put(stored(name, Buffer.from('before'))) : undefined;
    const settle = () => put(stored(name, Buffer.from('of another process')));
    const detecting = detectConflicts((object, signal) => put(object, { signal }), { head, probe, settle });
    const conditions = before?.outcome === 'stored' ? { ifMatch: before.etag } : { ifAbsent: true };
    expect(await detecting({ ...stored(name), ...conditions })).toEqual({ outcome: 'precondition-failed' });
    expect(await textAt(storageOf(), name)).toBe('of another process');
  },
);

test('a process whose object was deleted before its second look reports a conflict', async () => {
  const { put, head, probe, delete: remove } = createS3Storage({ client, bucket });
  const name = key();
  const looks = { head, probe, settle: () => remove(name) };
  const detecting = detectConflicts((object, signal) => put(object, { signal }), looks);
  expect(await detecting({ ...stored(name), ifAbsent: true })).toEqual({ outcome: 'precondition-failed' });
});

test('a write without a condition is not looked at', async () => {
  const { put, probe } = createS3Storage({ client, bucket });
  const never = () => Promise.reject(new Error('A look.'));
  const detecting = detectConflicts((object) => put(object), { head: never, probe, settle: never });
  expect(await detecting(stored(key()))).toMatchObject({ outcome: 'stored' });
});
