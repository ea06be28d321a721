import { hash } from 'node:crypto';
import { buildQueryString, HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, test } from 'vitest';
import { createS3Client } from './s3-client.ts';
import { createSignRequest } from './sign-request.ts';

const region = 'eu-west-3';
const { sha256 } = createS3Client({
  endpoint: 'http://s3.test',
  region,
  accessKeyId: 'a',
  secretAccessKey: 'b',
}).config;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body?: Buffer;
}

/** The headers that the SDK sends for a request. */
async function signedBySdk(
  { body, ...request }: Sent,
  credentials: Parameters<ReturnType<typeof createSignRequest>>[1],
  date: Date,
) {
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256,
    // S3 signs the path as it is sent.
    uriEscapePath: false,
    applyChecksum: false,
  });
  const headers = { ...request.headers, 'x-amz-content-sha256': hash('sha256', body ?? '') };
  return (await signer.sign(new HttpRequest({ ...request, headers, body }), { signingDate: date })).headers;
}

const requests: Record<string, Sent> = {
  'a read': { method: 'GET', path: '/bucket/a%20b%2B%C3%BC.jpg', headers: { host: 'a.test:9000' } },
  'a part': { method: 'GET', path: '/b/k', headers: { host: 'a.test', range: 'bytes=0-9', 'if-match': '"e"' } },
  'a listing': {
    method: 'GET',
    path: '/b',
    query: { 'list-type': '2', prefix: 'a/b c+ü~*' },
    headers: { host: 'a.test' },
  },
  'a write': {
    method: 'PUT',
    path: '/b/k',
    body: Buffer.from('abc'),
    headers: { host: 'a.test', 'content-length': '3', 'x-amz-meta-name': ' two  spaces ', 'if-none-match': '*' },
  },
};

test.each(Object.entries(requests))(
  '%s has the signature of the SDK, on each day and with each credentials',
  async (_, request) => {
    const sign = createSignRequest(region);
    const { method, path, query, headers, body = '' } = request;
    for (const date of ['2026-01-02T03:04:05.678Z', '2026-12-31T23:59:59.999Z'].map((time) => new Date(time))) {
      for (const credentials of [
        { accessKeyId: 'one', secretAccessKey: 'a/+=ü' },
        { accessKeyId: 'two', secretAccessKey: 'b', sessionToken: 'a/session==' },
      ]) {
        const unsigned = { method, path, headers, bodySha256: hash('sha256', body) };
        const signed = sign({ ...unsigned, ...(query && { query: buildQueryString(query) }) }, credentials, date);
        expect(signed).toEqual(await signedBySdk(request, credentials, date));
      }
    }
  },
);
