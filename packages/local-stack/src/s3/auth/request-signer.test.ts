import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ChunkSignatures } from '../body/chunk-signatures.ts';
import { RequestSigner } from './request-signer.ts';

// The examples of "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API Reference.
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const signer = new RequestSigner(credentials, 'us-east-1');
const scope = '20130524/us-east-1/s3/aws4_request';
const signedAt = new Date('2013-05-24T00:00:00Z');
const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';

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

test('signs the headers of a chunked upload as the S3 reference does', async () => {
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
  expect(await signer.signRequestAt(request, scope, signedAt)).toBe(seed);
});

test('accepts the chunk signatures of the S3 reference, and only in their order', async () => {
  const signatures = new ChunkSignatures(signer, { signature: seed, scope, signedAt });
  const second = '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497';
  await expect(signatures.verifyChunk(hashOf(1024), second)).rejects.toThrow('signature');
  await signatures.verifyChunk(hashOf(65536), 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648');
  await signatures.verifyChunk(hashOf(1024), second);
  await signatures.verifyChunk(hashOf(0), 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9');
});

function hashOf(length: number): string {
  return createHash('sha256').update('a'.repeat(length)).digest('hex');
}
