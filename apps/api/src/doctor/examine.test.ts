import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Alteration, startAlteredStore, startFaultProxy } from '@imagemill/local-stack/test-support';
import { createS3Client, createS3Storage, ensureBucket } from '@imagemill/storage';
import { prefixes } from '@imagemill/variants';
import { startFauxqs } from 'fauxqs';
import { beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';

const { redisUrl, s3 } = inject('servers');
const id = randomUUID().slice(0, 8);
const [originals, cdn] = [`doctor-originals-${id}`, `doctor-cdn-${id}`];
const client = createS3Client(s3);
const isCeph = s3.server === 'ceph';

beforeAll(() => makeBuckets(originals, cdn));

async function makeBuckets(originalsBucket: string, cdnBucket: string) {
  const upload = { corsOrigins: ['https://shop.test'], corsMethods: ['PUT', 'POST'] as const, denyPublishing: isCeph };
  await ensureBucket(client, { bucket: originalsBucket, ...upload });
  await ensureBucket(client, {
    bucket: cdnBucket,
    corsOrigins: ['*'],
    corsMethods: ['GET'],
    publicReadPrefix: prefixes.renditions,
  });
}

const healthy: Record<string, string> = {
  REDIS_URL: redisUrl,
  QUEUE_PREFIX: `doctor-${id}`,
  S3_ENDPOINT: s3.endpoint,
  S3_REGION: s3.region,
  S3_ACCESS_KEY_ID: s3.accessKeyId,
  S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  ORIGINALS_BUCKET: originals,
  CDN_BUCKET: cdn,
  CDN_BASE_URL: `${s3.endpoint}/${cdn}`,
  CORS_ORIGINS: 'https://shop.test',
  API_KEYS: `acme:upload:${createHash('sha256').update('key').digest('hex')}`,
};

const examined = (env: Record<string, string> = {}) =>
  examine({ ...healthy, ...env }, { signal: AbortSignal.timeout(100_000), eventWaitMs: 0 });
const problems = (findings: readonly Finding[], check?: string) =>
  findings
    .filter((each) => each.result === 'problem' && (check === undefined || each.check === check))
    .map(({ message }) => message);
const found = async (env: Record<string, string>, check: string) => problems(await examined(env), check).join('\n');

async function altered(alteration: Alteration): Promise<Record<string, string>> {
  const store = await startAlteredStore(s3.endpoint, alteration);
  onTestFinished(() => store.stop());
  return { S3_ENDPOINT: store.endpoint };
}

test('a deployment in order has no problem, and nothing is left in its buckets', async () => {
  const own = { ORIGINALS_BUCKET: `${originals}-own`, CDN_BUCKET: `${cdn}-own` };
  await makeBuckets(own.ORIGINALS_BUCKET, own.CDN_BUCKET);
  const findings = await examined({ ...own, CDN_BASE_URL: `${s3.endpoint}/${own.CDN_BUCKET}` });
  expect(problems(findings)).toEqual([]);
  expect(new Set(findings.map(({ check }) => check))).toEqual(
    new Set([
      ...['settings', 'redis', 'API keys', 'buckets', 'access', 'conditional writes', 'upload URLs', 'upload forms'],
      ...['multipart uploads', 'browser uploads', 'bucket events', 'CDN', 'API', 'edge', 'webhooks', 'engine layers'],
    ]),
  );
  for (const bucket of Object.values(own)) {
    const storage = createS3Storage({ client, bucket });
    expect((await storage.list({ prefix: '' })).objects).toEqual([]);
    expect((await storage.multipart.list({ prefix: '' })).uploads).toEqual([]);
  }
});

test('every warning and problem has a fix', async () => {
  const findings = await examined({ REDIS_URL: 'redis://127.0.0.1:1', CDN_BUCKET: 'not-there-1' });
  const wrong = findings.filter(({ result }) => result === 'problem' || result === 'warning');
  expect(wrong.length).toBeGreaterThan(3);
  expect(wrong.filter(({ fix = '' }) => fix.length < 10)).toEqual([]);
});

describe('reports', () => {
  test('programs and addresses that are away, and development secrets, in one run', async () => {
    const findings = await examined({
      REDIS_URL: 'redis://127.0.0.1:1',
      CDN_BASE_URL: 'http://cdn.invalid',
      API_BASE_URL: 'http://api.invalid',
      FOLLOW_TOKEN_SECRET: 'imagemill-development-only-follow-token-secret',
    });
    const expected = {
      redis: /ECONNREFUSED/,
      'API keys': /ECONNREFUSED/,
      'bucket events': /ECONNREFUSED/,
      CDN: /CDN_BASE_URL does not answer from here/,
      API: /API_BASE_URL does not answer from here/,
      settings: /FOLLOW_TOKEN_SECRET.*development secret/,
    };
    for (const [check, message] of Object.entries(expected)) {
      expect(problems(findings, check).join('\n'), check).toMatch(message);
    }
    expect(problems(findings)).toHaveLength(Object.keys(expected).length);
  });

  test('missing variables, one bucket for both, no key, and a CDN without the bucket, in one run', async () => {
    const findings = await examined({
      API_KEYS: '',
      CDN_BUCKET: originals,
      CDN_BASE_URL: `${s3.endpoint}/nowhere`,
      PORT: 'x',
    });
    expect(problems(findings, 'settings')).toEqual([expect.stringContaining('PORT')]);
    expect(problems(findings, 'buckets')).toEqual([expect.stringContaining('both buckets are the same')]);
    expect(problems(findings, 'API keys')).toEqual(['no valid key has the scope upload']);
    expect(problems(findings, 'CDN')).toEqual([expect.stringMatching(/not serve a picture .*HTTP 40/)]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['a missing bucket', { ORIGINALS_BUCKET: 'not-there-1' }, /not-there-1: .*not answer/],
    ['a wrong secret', { S3_SECRET_ACCESS_KEY: 'wrong' }, /permissions of S3_ACCESS_KEY_ID/],
    ['a storage that is away', { S3_ENDPOINT: 'http://127.0.0.1:65535' }, /does not answer|ECONNREFUSED/],
  ])('%s', async (_what, env, message) => {
    expect(await found(env, 'buckets')).toMatch(message);
  });

  test('checks that could not be made, without variables', async () => {
    const findings = await examine({}, { signal: AbortSignal.timeout(100_000), eventWaitMs: 0 });
    expect(problems(findings, 'settings').join('\n')).toMatch(/CDN_BASE_URL is not set[\s\S]*REDIS_URL is not set/);
    expect(findings.filter(({ result }) => result === 'skipped').map(({ check }) => check)).toEqual(
      expect.arrayContaining(['redis', 'API keys', 'buckets', 'bucket events', 'CDN']),
    );
  });

  test('originals that anybody can read', async () => {
    const bucket = `doctor-public-${id}`;
    await ensureBucket(client, { bucket, corsOrigins: ['*'], corsMethods: ['PUT'], publicReadPrefix: '' });
    expect(await found({ ORIGINALS_BUCKET: bucket }, 'access')).toContain('can be read without credentials');
  });

  test('a Lambda renderer without a dead-letter queue, and one that makes no manifest', async () => {
    const sqs = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' });
    onTestFinished(() => sqs.stop());
    sqs.createQueue('render');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    vi.stubEnv('AWS_REGION', 'us-east-1');
    onTestFinished(() => void vi.unstubAllEnvs());
    const RENDER_QUEUE_URL = `http://127.0.0.1:${sqs.port}/000000000000/render`;
    const findings = await examined({ RENDERER: 'lambda', RENDER_QUEUE_URL });
    expect(problems(findings, 'Lambda renderer')).toEqual([
      expect.stringContaining('without a dead-letter queue'),
      expect.stringContaining('no manifest of an upload'),
    ]);
    expect(findings.map(({ check }) => check)).not.toContain('bucket events');
    const { objects } = await createS3Storage({ client, bucket: originals }).list({ prefix: prefixes.originals });
    expect(objects.filter(({ key }) => key.includes('/doctor/'))).toEqual([]);
  });

  test('a web origin that may not upload', async () => {
    const findings = await examined({ CORS_ORIGINS: 'https://shop.test,https://other.test' });
    expect(findings.filter(({ check }) => check === 'browser uploads')).toMatchObject([
      { result: 'ok' },
      { result: 'warning', message: expect.stringContaining('the origin https://other.test') },
    ]);
  });

  test.skipIf(isCeph)('a store that ignores conditions, with the consequence', async () => {
    const env = await altered({
      after: ({ headers }, { status }) =>
        'if-none-match' in headers && status === 412 ? { status: 200, headers: { etag: '"0"' } } : undefined,
    });
    const findings = await examined(env);
    expect(problems(findings, 'conditional writes')).toHaveLength(2);
    expect(problems(findings, 'buckets')).toHaveLength(2);
    expect(findings.find(({ message }) => message.includes('an upload URL accepts only one'))).toMatchObject({
      result: 'warning',
      fix: expect.stringContaining('S3_ALLOW_OVERWRITE=true'),
    });
    const detecting = await examined({ ...env, S3_CONDITIONAL_WRITES: 'detect' });
    for (const check of ['conditional writes', 'buckets']) expect(problems(detecting, check)).toEqual([]);
    expect(detecting.filter(({ message }) => message.includes('detected, not prevented'))).toHaveLength(2);
  });

  test.skipIf(isCeph)('a store that obeys unsigned ACLs, with the setting', async () => {
    const findings = await examined(await altered({ drop: ['x-amz-acl'] }));
    expect(findings.filter(({ result }) => result === 'problem')).toMatchObject([
      { check: 'upload URLs', fix: expect.stringContaining('S3_DENY_PUBLISHING=true') },
    ]);
  });

  test('a storage whose clock is wrong', async () => {
    const date = new Date(Date.now() + 120_000).toUTCString();
    const env = await altered({
      after: ({ method, url }, answer) =>
        method === 'HEAD' && url === '/' ? { ...answer, headers: { date } } : undefined,
    });
    expect(await found(env, 'buckets')).toMatch(/clock .* 1[12]\d s apart/);
  });

  test('test objects that could not be deleted', async () => {
    const store = await startFaultProxy(s3.endpoint);
    onTestFinished(() => store.stop());
    store.misbehave(({ method }) => (method === 'DELETE' ? 'forbid' : undefined));
    expect(await found({ S3_ENDPOINT: store.endpoint }, 'clean-up')).toMatch(/could not be deleted/);
  });
});

test('uploads are tested at the public endpoint, or it is reported as not reachable from here', async () => {
  const outcome = async (endpoint: string) =>
    (await examined({ S3_PUBLIC_ENDPOINT: endpoint })).find(({ message }) => message.includes('S3_PUBLIC_ENDPOINT'));
  expect(await outcome(s3.endpoint)).toMatchObject({ result: 'ok' });
  expect(await outcome('http://127.0.0.1:1')).toMatchObject({ result: 'warning' });
});

test('webhook endpoints and the receiver of purges must answer', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'imagemill-doctor-'));
  const file = join(dir, 'endpoints.json');
  await writeFile(
    file,
    JSON.stringify({ acme: { url: s3.endpoint, secrets: [] }, other: { url: 'http://127.0.0.1:1/hooks' } }),
  );
  const env = { WEBHOOK_ENDPOINTS_FILE: file, PURGE_WEBHOOK_URL: s3.endpoint };
  const outcomes = async (more: Record<string, string>) =>
    (await examined({ ...env, ...more }))
      .filter(({ check }) => check === 'webhooks')
      .map(({ result, message }) => `${result}: ${message}`);
  expect(await outcomes({ WEBHOOK_ALLOW_PRIVATE: 'true' })).toEqual([
    expect.stringMatching(/^ok: the endpoint of acme answers/),
    expect.stringMatching(/^problem: the endpoint of other cannot be reached: .*ECONNREFUSED/),
    expect.stringMatching(/^ok: PURGE_WEBHOOK_URL answers/),
  ]);
  expect(await outcomes({})).toEqual([
    expect.stringMatching(/^problem: the endpoint of acme cannot be reached: .*private|not allowed/),
    expect.stringMatching(/^problem: the endpoint of other/),
    expect.stringMatching(/^ok: PURGE_WEBHOOK_URL/),
  ]);
  await rm(dir, { recursive: true });
});
