import { expect, test } from 'vitest';
import { RequestSigner } from './request-signer.ts';

// The examples of "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API Reference.
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const signer = new RequestSigner(credentials, 'us-east-1');
const scope = '20130524/us-east-1/s3/aws4_request';
const signedAt = new Date('2013-05-24T00:00:00Z');

test('signs a presigned URL as the S3 reference does', async () => {
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
  });
  const headers = { host: 'examplebucket.s3.amazonaws.com' };
  const request = { method: 'GET', path: '/test.txt', query, headers, payloadHash: 'UNSIGNED-PAYLOAD' };
  const signature = await signer.signRequestAt(request, scope, signedAt);
  expect(signature).toBe('aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
});

test('signs the headers of an upload as the S3 reference does', async () => {
  const payloadHash = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  const headers = {
    'content-encoding': 'aws-chunked',
    'content-length': '66824',
    host: 's3.amazonaws.com',
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': '20130524T000000Z',
    'x-amz-decoded-content-length': '66560',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  };
  const path = '/examplebucket/chunkObject.txt';
  const request = { method: 'PUT', path, query: new URLSearchParams(), headers, payloadHash };
  expect(await signer.signRequestAt(request, scope, signedAt)).toBe(
    '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  );
});
