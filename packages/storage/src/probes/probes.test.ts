import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Alteration, startAlteredStore } from '@imagemill/local-stack/test-support';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { checkBucket, createS3Client, createS3Storage, ensureBucket } from '../index.ts';
import {
  type Capability,
  clockSkewMs,
  type ProbeResult,
  probeAnonymous,
  probeBrowserUploads,
  probeConditionalWrites,
  probeMultipart,
  probeUploadForms,
  probeUploadUrls,
} from './index.ts';
import type { ProbeOptions } from './probe.ts';

const { s3 } = inject('servers');
const bucket = `probes-${randomUUID()}`;
const ORIGIN = 'https://shop.test';
const isCeph = s3.server === 'ceph';

beforeAll(() =>
  ensureBucket(createS3Client(s3), {
    bucket,
    corsOrigins: [ORIGIN],
    corsMethods: ['PUT', 'POST'],
    publicReadPrefix: 'images/',
    denyPublishing: isCeph,
  }),
);

const browserUploads = async (options: ProbeOptions) => [await probeBrowserUploads({ ...options, origin: ORIGIN })];

async function storageAt(endpoint: string) {
  const client = createS3Client({ ...s3, endpoint, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return createS3Storage({ client, bucket });
}

/** The capabilities that a probe does not find in the store. */
async function lacking(probe: (options: ProbeOptions) => Promise<readonly ProbeResult[]>, alteration?: Alteration) {
  const store = alteration && (await startAlteredStore(s3.endpoint, alteration));
  if (store) onTestFinished(() => store.stop());
  const storage = await storageAt(store?.endpoint ?? s3.endpoint);
  const results = await probe({ storage, newKey: () => `probes/${randomUUID()}` });
  return results.filter(({ holds }) => !holds).map(({ capability }) => capability);
}

const isUpload = ({ method, url = '' }: IncomingMessage) => method === 'PUT' && url.includes('X-Amz-Signature');
const accepted = { status: 200, headers: { etag: '"0"', 'content-length': '0' } };
const notImplemented = { status: 501, headers: { 'content-length': '0' } };
/** Obeys no condition of this kind: the store accepts what it should refuse. */
const ignoring = (header: string): Alteration => ({
  after: ({ headers }, { status }) => (header in headers && status === 412 ? accepted : undefined),
});

describe.skipIf(isCeph)('a store with every capability', () => {
  test.each([
    ['conditional writes', probeConditionalWrites],
    ['upload URLs', probeUploadUrls],
    ['upload forms', probeUploadForms],
    ['multipart uploads', probeMultipart],
    ['browser uploads', browserUploads],
  ])('has those of %s', async (_name, probe) => {
    expect(await lacking(probe)).toEqual([]);
  });
});

type Case = readonly [
  what: string,
  probe: (options: ProbeOptions) => Promise<readonly ProbeResult[]>,
  alteration: Alteration,
  lacks: readonly Capability[],
];

const cases: readonly Case[] = [
  ['ignores If-None-Match', probeConditionalWrites, ignoring('if-none-match'), ['conditional-create', 'one-winner']],
  ['ignores If-Match', probeConditionalWrites, ignoring('if-match'), ['conditional-replace']],
  [
    'does not implement conditional writes',
    probeConditionalWrites,
    { instead: ({ headers }) => ('if-none-match' in headers || 'if-match' in headers ? notImplemented : undefined) },
    ['conditional-create', 'one-winner', 'conditional-replace'],
  ],
  [
    'refuses upload URLs',
    probeUploadUrls,
    { instead: (request) => (isUpload(request) ? notImplemented : undefined) },
    ['upload-urls'],
  ],
  ['accepts an upload URL twice', probeUploadUrls, ignoring('if-none-match'), ['upload-once']],
  [
    'does not enforce the signed type',
    probeUploadUrls,
    { after: ({ headers }) => (headers['content-type'] === 'text/html' ? accepted : undefined) },
    ['signed-headers'],
  ],
  ['obeys unsigned ACLs', probeUploadUrls, { drop: ['x-amz-acl'] }, ['publishing-headers']],
  ['obeys unsigned copy sources', probeUploadUrls, { drop: ['x-amz-copy-source'] }, ['publishing-headers']],
  ['obeys unsigned metadata', probeUploadUrls, { drop: ['x-amz-meta-extra'] }, ['other-headers']],
  [
    'does not verify checksums',
    probeUploadUrls,
    { after: ({ headers }) => ('x-amz-checksum-sha256' in headers ? accepted : undefined) },
    ['declared-checksum'],
  ],
  [
    'has no forms',
    probeUploadForms,
    { instead: ({ method }) => (method === 'POST' ? { status: 405, headers: { 'content-length': '0' } } : undefined) },
    ['upload-forms'],
  ],
  [
    'accepts forms of any size',
    probeUploadForms,
    { after: ({ method }) => (method === 'POST' ? accepted : undefined) },
    ['upload-forms'],
  ],
  [
    'has no multipart uploads',
    probeMultipart,
    { instead: ({ method }) => (method === 'POST' ? notImplemented : undefined) },
    ['multipart-uploads'],
  ],
  [
    'cannot list multipart uploads',
    probeMultipart,
    { instead: ({ method, url = '' }) => (method === 'GET' && url.includes('uploads') ? notImplemented : undefined) },
    ['multipart-listing'],
  ],
  [
    'has no CORS rule',
    browserUploads,
    { instead: ({ method }) => (method === 'OPTIONS' ? { status: 403, headers: {} } : undefined) },
    ['browser-uploads'],
  ],
  [
    'allows other headers only',
    browserUploads,
    {
      after: ({ method }, { headers }) =>
        method === 'OPTIONS'
          ? { status: 200, headers: { ...headers, 'access-control-allow-headers': 'authorization' } }
          : undefined,
    },
    ['browser-uploads'],
  ],
];

describe.skipIf(isCeph)('the probes find that a store', () => {
  test.each(cases)('%s', async (_what, probe, alteration, lacks) => {
    expect(await lacking(probe, alteration)).toEqual(lacks);
  });
});

test.each([
  ['conditional writes', probeConditionalWrites],
  ['upload URLs', probeUploadUrls],
  ['upload forms', probeUploadForms],
  ['multipart uploads', probeMultipart],
])('a store that fails is not taken for one without %s', async (_name, probe) => {
  const failing: Alteration = { instead: () => ({ status: 503, headers: { 'content-length': '0' } }) };
  await expect(lacking(probe, failing)).rejects.toThrow();
});

test.each([
  ['ignores', ignoring('if-none-match')],
  [
    'does not implement',
    { instead: ({ headers }: IncomingMessage) => ('if-none-match' in headers ? notImplemented : undefined) },
  ],
])('a worker does not start on a store that %s conditions', async (_what, alteration) => {
  const store = await startAlteredStore(s3.endpoint, alteration);
  onTestFinished(() => store.stop());
  const problems = async (endpoint: string) =>
    checkBucket(await storageAt(endpoint), { canaryKey: `probes/${randomUUID()}`, mayBeAway: true });
  expect(await problems(s3.endpoint)).toEqual([]);
  expect(await problems(store.endpoint)).toEqual([expect.stringContaining('no conditional writes')]);
});

test('a multipart upload that cannot be completed is aborted', async () => {
  const alteration: Alteration = { instead: (request) => (isUpload(request) ? notImplemented : undefined) };
  expect(await lacking(probeMultipart, alteration)).toEqual(['multipart-uploads']);
  const { uploads } = await (await storageAt(s3.endpoint)).multipart.list({ prefix: 'probes/' });
  expect(uploads).toEqual([]);
});

test('anonymous requests read the public prefix, and nothing else', async () => {
  const storage = await storageAt(s3.endpoint);
  const [shown, hidden] = [`images/${randomUUID()}`, `private/${randomUUID()}`];
  for (const key of [shown, hidden]) {
    await storage.put({ key, body: Buffer.from('x'), contentType: 'text/plain', cacheControl: 'no-store' });
  }
  expect(await probeAnonymous(storage, shown)).toEqual({ object: 200, list: 403 });
  expect(await probeAnonymous(storage, hidden)).toEqual({ object: 403, list: 403 });
});

test('measures the difference of the clocks from the date of an answer', async () => {
  const date = new Date(Date.now() + 3600_000).toUTCString();
  const ahead = await startAlteredStore(s3.endpoint, { instead: () => ({ status: 403, headers: { date } }) });
  onTestFinished(() => ahead.stop());
  const skewMs = (await clockSkewMs(ahead.endpoint)) ?? 0;
  expect(skewMs).toBeGreaterThan(3000_000);
  expect(skewMs).toBeLessThan(3601_000);
});
