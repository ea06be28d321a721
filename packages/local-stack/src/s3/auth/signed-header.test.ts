import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawRequest } from '../test-support/raw-request.ts';
import { type RequestToSign, signRequest } from '../test-support/sign-request.ts';
import { bucket, createClient, startTestServer } from '../test-support/start-test-server.ts';

async function outcome(
  toSign: Omit<RequestToSign, 'method'>,
  change: (headers: Record<string, string>) => object = (h) => h,
) {
  const headers = await signRequest({ method: 'GET', ...toSign });
  const response = await rawRequest(toSign.url, { headers: { ...change(headers) } });
  const code = /<Code>(\w+)/.exec(response.text)?.[1];
  return code ? `${response.status} ${code}` : String(response.status);
}

test('accepts a correct signature', async () => {
  const { endpoint } = await startTestServer();
  expect(await outcome({ url: `${endpoint}/${bucket}?list-type=2` })).toBe('200');
});

test('accepts clocks that differ by up to 15 minutes', async () => {
  let now = new Date();
  const { endpoint } = await startTestServer({ now: () => now });
  now = new Date('2030-01-01T00:15:00Z');
  const at = (signedAt: string) => outcome({ url: `${endpoint}/${bucket}?list-type=2`, signedAt: new Date(signedAt) });
  expect(await at('2030-01-01T00:00:00Z')).toBe('200');
  expect(await at('2030-01-01T00:30:00Z')).toBe('200');
  expect(await at('2029-12-31T23:59:59Z')).toBe('403 RequestTimeTooSkewed');
  expect(await at('2030-01-01T00:30:01Z')).toBe('403 RequestTimeTooSkewed');
});

test('rejects scopes of another region, another service or another day', async () => {
  const { endpoint } = await startTestServer();
  const url = `${endpoint}/${bucket}?list-type=2`;
  expect(await outcome({ url, region: 'eu-west-1' })).toBe('400 AuthorizationHeaderMalformed');
  expect(await outcome({ url, service: 'sqs' })).toBe('400 AuthorizationHeaderMalformed');
  const yesterday = (headers: Record<string, string>) => ({
    ...headers,
    authorization: headers.authorization?.replace(/\/\d{8}\//, '/20200101/'),
  });
  expect(await outcome({ url }, yesterday)).toBe('400 AuthorizationHeaderMalformed');
});

test('rejects a changed path, query or signed header', async () => {
  const { endpoint } = await startTestServer();
  const url = `${endpoint}/${bucket}?list-type=2`;
  const headers = await signRequest({ method: 'GET', url, headers: { 'x-amz-meta-a': '1' } });
  const send = async (to: string, changed = {}) => (await rawRequest(to, { headers: { ...headers, ...changed } })).text;
  expect(await send(`${url}&prefix=a`)).toContain('SignatureDoesNotMatch');
  expect(await send(url.replace(bucket, `${bucket}x`))).toContain('SignatureDoesNotMatch');
  expect(await send(url, { 'x-amz-meta-a': '2' })).toContain('SignatureDoesNotMatch');
  expect(await send(url, { 'x-amz-meta-b': '2' })).toContain('AccessDenied');
  expect(await send(url)).toContain('ListBucketResult');
});

test('rejects other mechanisms, two at once, and malformed headers', async () => {
  const { endpoint } = await startTestServer();
  const url = `${endpoint}/${bucket}?list-type=2`;
  const withAuthorization = (authorization: string) => outcome({ url }, (headers) => ({ ...headers, authorization }));
  expect(await withAuthorization('AWS test-key:c2ln')).toBe('400 InvalidRequest');
  expect(await withAuthorization('AWS4-HMAC-SHA256 nonsense')).toBe('400 AuthorizationHeaderMalformed');
  expect(await outcome({ url: `${url}&X-Amz-Signature=00` })).toBe('400 InvalidRequest');
  expect(await outcome({ url }, ({ 'x-amz-date': _, ...headers }) => headers)).toBe('403 AccessDenied');
});

test('rejects a wrong secret and an unknown key', async () => {
  const { endpoint } = await startTestServer();
  const read = (accessKeyId: string, secretAccessKey: string) => {
    const client = createClient(endpoint, { credentials: { accessKeyId, secretAccessKey } });
    return client.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }));
  };
  await expect(read('test-key', 'wrong')).rejects.toThrow(expect.objectContaining({ name: 'SignatureDoesNotMatch' }));
  await expect(read('nobody', 'test-secret')).rejects.toThrow(expect.objectContaining({ name: 'InvalidAccessKeyId' }));
});

test('rejects a body other than the signed one', async () => {
  const { plain, s3 } = await startTestServer();
  plain.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request as object, { body: 'EVIL!' });
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const put = plain.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'nice!' }));
  await expect(put).rejects.toThrow(expect.objectContaining({ name: 'XAmzContentSHA256Mismatch' }));
  const get = s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }));
  await expect(get).rejects.toThrow(expect.objectContaining({ name: 'NoSuchKey' }));
});
