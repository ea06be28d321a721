import { GetObjectCommand, PutBucketCorsCommand, PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { bucket, outcomeOf, startTestServer, type TestServer } from '../test-support/start-test-server.ts';

const Bucket = bucket;
const origin = 'http://localhost:5173';
const rule = {
  AllowedOrigins: [origin, 'https://*.shop.test'],
  AllowedMethods: ['GET', 'PUT'],
  AllowedHeaders: ['content-*'],
  ExposeHeaders: ['ETag'],
  MaxAgeSeconds: 600,
};

async function withCors(): Promise<TestServer> {
  const server = await startTestServer();
  await server.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
  return server;
}

function preflight(server: TestServer, from: string, method: string, headers: string): Promise<Response> {
  const asked = { origin: from, 'access-control-request-method': method, 'access-control-request-headers': headers };
  return fetch(`${server.endpoint}/${bucket}/cat.jpg`, { method: 'OPTIONS', headers: asked });
}

test('allows a preflight that a rule covers', async () => {
  const server = await withCors();
  const response = await preflight(server, origin, 'PUT', 'Content-Type, content-md5');
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, PUT',
    'access-control-allow-headers': 'content-type, content-md5',
    'access-control-max-age': '600',
    vary: expect.stringContaining('Origin'),
  });
  expect((await preflight(server, 'https://de.shop.test', 'GET', '')).status).toBe(200);
});

test.each([
  ['origin', 'http://evil.test', 'PUT', 'content-type'],
  ['origin that merely contains an allowed one', 'https://shop.test.evil.test', 'PUT', 'content-type'],
  ['method', origin, 'DELETE', 'content-type'],
  ['header', origin, 'PUT', 'content-type,x-evil'],
])('rejects a preflight with another %s', async (_what, from, method, headers) => {
  const response = await preflight(await withCors(), from, method, headers);
  expect(response.status).toBe(403);
  expect(response.headers.has('access-control-allow-origin')).toBe(false);
});

test('lets scripts of allowed origins read responses, including errors', async () => {
  const server = await withCors();
  const url = await getSignedUrl(server.plain, new PutObjectCommand({ Bucket, Key: 'cat.jpg' }));
  const allowOrigin = async (to: string, from: string) => {
    const response = await fetch(to, { method: 'PUT', body: 'x', headers: { origin: from } });
    return [response.status, response.headers.get('access-control-allow-origin')];
  };
  expect(await allowOrigin(url, origin)).toEqual([200, origin]);
  expect(await allowOrigin(`${url}0`, origin)).toEqual([403, origin]);
  expect(await allowOrigin(url, 'http://evil.test')).toEqual([200, null]);
});

test.each([
  ['no rule', []],
  ['an origin with two wildcards', [{ ...rule, AllowedOrigins: ['https://*.*.test'] }]],
])('rejects CORS rules with %s', async (_what, CORSRules) => {
  const { s3 } = await startTestServer();
  const put = s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
  await expect(put).rejects.toThrow(expect.objectContaining({ name: 'MalformedXML' }));
});

async function withPolicy(...statements: object[]): Promise<TestServer> {
  const server = await startTestServer();
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  for (const Key of ['public/cat.jpg', 'private/cat.jpg']) {
    await server.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'meow' }));
  }
  await server.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  return server;
}

const allowPublic = {
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${bucket}/public/*`,
};

test('lets anonymous callers read only what the policy allows', async () => {
  const { endpoint } = await withPolicy(allowPublic);
  const get = (path: string, method = 'GET') => outcomeOf(fetch(`${endpoint}/${path}`, { method }));
  expect(await get(`${bucket}/public/cat.jpg`)).toBe('200');
  expect(await get(`${bucket}/public/cat.jpg`, 'HEAD')).toBe('200');
  expect(await get(`${bucket}/public/none.jpg`)).toBe('403 AccessDenied');
  expect(await get(`${bucket}/private/cat.jpg`)).toBe('403 AccessDenied');
  expect(await get(`${bucket}/public/cat.jpg`, 'PUT')).toBe('403 AccessDenied');
  expect(await get(`${bucket}/public/cat.jpg`, 'DELETE')).toBe('403 AccessDenied');
  expect(await get(`${bucket}?list-type=2`)).toBe('403 AccessDenied');
});

test.each([
  ['a condition', { ...allowPublic, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, 'NotImplemented'],
  ['NotPrincipal', { ...allowPublic, NotPrincipal: '*' }, 'NotImplemented'],
  ['another principal', { ...allowPublic, Principal: { AWS: 'arn:aws:iam::1:root' } }, 'NotImplemented'],
  ['a denial', { ...allowPublic, Effect: 'Deny' }, 'NotImplemented'],
  ['another action', { ...allowPublic, Action: 's3:ListBucket' }, 'NotImplemented'],
  ['a pattern', { ...allowPublic, Resource: `arn:aws:s3:::${bucket}/*/public` }, 'NotImplemented'],
  ['another bucket', { ...allowPublic, Resource: 'arn:aws:s3:::other/*' }, 'MalformedPolicy'],
])('rejects a policy with %s, which it does not support', async (_what, statement, name) => {
  await expect(withPolicy(statement)).rejects.toThrow(expect.objectContaining({ name }));
});

test('answers signed requests whatever the policy says', async () => {
  const { s3 } = await withPolicy(allowPublic);
  const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'private/cat.jpg' }));
  expect(await object.Body?.transformToString()).toBe('meow');
});
