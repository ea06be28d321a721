import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { expect, test } from 'vitest';
import { bucket, outcomeOf, startTestServer, type TestServer } from '../test-support/start-test-server.ts';

const key = 'uploads/cat.png';

interface PostOptions {
  readonly presign?: Partial<PresignedPostOptions>;
  readonly change?: (fields: Record<string, string>) => Record<string, string>;
  readonly file?: string;
  readonly afterFile?: Record<string, string>;
}

async function post(server: TestServer, options: PostOptions = {}): Promise<Response> {
  const { url, fields } = await createPresignedPost(server.plain, {
    Bucket: bucket,
    Key: key,
    Conditions: [
      ['content-length-range', 10, 100],
      ['starts-with', '$key', 'uploads/'],
      ['starts-with', '$Content-Type', 'image/'],
      ['eq', '$Cache-Control', 'max-age=60'],
    ],
    Fields: { 'Content-Type': 'image/png', 'Cache-Control': 'max-age=60' },
    Expires: 60,
    ...options.presign,
  });
  const form = new FormData();
  for (const [name, value] of Object.entries(options.change?.(fields) ?? fields)) form.append(name, value);
  form.append('file', new Blob([options.file ?? 'x'.repeat(50)]), 'cat.png');
  for (const [name, value] of Object.entries(options.afterFile ?? {})) form.append(name, value);
  return fetch(url, { method: 'POST', body: form, redirect: 'manual' });
}

async function stored(server: TestServer, storedKey = key) {
  return server.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: storedKey })).catch(() => undefined);
}

test('stores the file of a form that meets its policy', async () => {
  const server = await startTestServer();
  expect(await outcomeOf(post(server))).toBe('204');
  const head = await stored(server);
  expect(head).toMatchObject({ ContentLength: 50, ContentType: 'image/png', CacheControl: 'max-age=60' });
});

test.each([
  ['a file over the range', { file: 'x'.repeat(101) }, '400 EntityTooLarge'],
  ['a file far over the range', { file: 'x'.repeat(3_000_000) }, '400 EntityTooLarge'],
  ['a file under the range', { file: 'x'.repeat(9) }, '400 EntityTooSmall'],
  ['another content type', { change: (f) => ({ ...f, 'Content-Type': 'text/html' }) }, '403 AccessDenied'],
  [
    'a list with another content type',
    { change: (f) => ({ ...f, 'Content-Type': 'image/png,text/html' }) },
    '403 AccessDenied',
  ],
  ['another cache control', { change: (f) => ({ ...f, 'Cache-Control': 'no-store' }) }, '403 AccessDenied'],
  ['a key outside the prefix', { change: (f) => ({ ...f, key: 'elsewhere/cat.png' }) }, '403 AccessDenied'],
  ['a field without a condition', { change: (f) => ({ ...f, 'x-amz-meta-evil': '1' }) }, '403 AccessDenied'],
  ['a condition without its field', { change: ({ 'Cache-Control': _, ...f }) => f }, '403 AccessDenied'],
  ['no policy', { change: ({ Policy: _, ...f }) => f }, '403 AccessDenied'],
  ['a changed policy', { change: (f) => ({ ...f, Policy: widened(f.Policy ?? '') }) }, '403 SignatureDoesNotMatch'],
  [
    'a changed signature',
    { change: (f) => ({ ...f, 'X-Amz-Signature': '0'.repeat(64) }) },
    '403 SignatureDoesNotMatch',
  ],
  [
    'another key pair',
    { change: (f) => ({ ...f, 'X-Amz-Credential': `x${f['X-Amz-Credential']}` }) },
    '403 InvalidAccessKeyId',
  ],
] satisfies [string, PostOptions, string][])(
  'rejects a form with %s and stores nothing',
  async (_what, options, outcome) => {
    const server = await startTestServer();
    expect(await outcomeOf(post(server, options))).toBe(outcome);
    expect(await stored(server)).toBeUndefined();
  },
);

test('rejects a form whose policy has expired', async () => {
  let now = new Date();
  const server = await startTestServer({ now: () => now });
  now = new Date(now.getTime() + 62_000);
  expect(await outcomeOf(post(server))).toBe('403 AccessDenied');
});

test('inserts the file name into the key, and checks the resulting key against the policy', async () => {
  const server = await startTestServer();
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own placeholder.
  const template = 'uploads/t-${filename}';
  expect(await outcomeOf(post(server, { presign: { Key: template } }))).toBe('204');
  expect(await stored(server, 'uploads/t-cat.png')).toBeDefined();
});

test('ignores fields that come after the file', async () => {
  const server = await startTestServer();
  const response = await post(server, { afterFile: { success_action_redirect: 'http://evil.test/' } });
  expect(response.status).toBe(204);
});

test.each(['success_action_status', 'success_action_redirect', 'tagging'])(
  'answers 501 to a form with the field %s, even if its policy allows it',
  async (field) => {
    const server = await startTestServer();
    const Fields = { 'Content-Type': 'image/png', 'Cache-Control': 'max-age=60', [field]: '201' };
    expect(await outcomeOf(post(server, { presign: { Fields } }))).toBe('501 NotImplemented');
    expect(await stored(server)).toBeUndefined();
  },
);

test('rejects a form that is truncated or has no file', async () => {
  const server = await startTestServer();
  const send = (body: string) =>
    outcomeOf(
      fetch(`${server.endpoint}/${bucket}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      }),
    );
  expect(await send('--b\r\ncontent-disposition: form-data; name="key"\r\n\r\na\r\n--b--\r\n')).toBe(
    '400 InvalidArgument',
  );
  expect(await send('--b\r\ncontent-disposition: form-data; na')).toBe('400 MalformedPOSTRequest');
});

function widened(policy: string): string {
  const document = JSON.parse(Buffer.from(policy, 'base64').toString());
  return Buffer.from(JSON.stringify({ ...document, conditions: document.conditions.slice(1) })).toString('base64');
}
