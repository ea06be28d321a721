import type { S3Service } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { S3Request } from '../request.ts';
import { parseCredential } from './credential-scope.ts';
import { signaturesEqual } from './request-signer.ts';
import { pickSignedHeaders } from './signed-headers.ts';
import { CLOCK_SKEW_MS_MAX } from './verify-header.ts';

const MALFORMED = 'AuthorizationQueryParametersError';
const EXPIRES_SECONDS_MAX = 7 * 24 * 60 * 60;

/** Verifies a presigned URL: the same signature, passed in `X-Amz-*` query parameters, with an expiry. */
export async function verifyPresigned(request: S3Request, service: S3Service): Promise<void> {
  const { method, path, query } = request;
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') {
    throw new S3Error(MALFORMED, { message: 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"' });
  }
  const date = requiredOnce(query, 'X-Amz-Date');
  const { scope, signedAt } = parseCredential(requiredOnce(query, 'X-Amz-Credential'), date, service, MALFORMED);
  assertInForce(signedAt, requiredOnce(query, 'X-Amz-Expires'), service.now());
  const headers = pickSignedHeaders(request, requiredOnce(query, 'X-Amz-SignedHeaders'), MALFORMED);
  const payloadHash = request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  const signature = requiredOnce(query, 'X-Amz-Signature');
  const expected = await service.signer.signRequestAt({ method, path, query, headers, payloadHash }, scope, signedAt);
  if (!signaturesEqual(expected, signature)) throw new S3Error('SignatureDoesNotMatch');
}

function requiredOnce(query: URLSearchParams, name: string): string {
  const [value, ...others] = query.getAll(name);
  if (!value || others.length > 0) throw new S3Error(MALFORMED, { message: `${name} must be given exactly once.` });
  return value;
}

function assertInForce(signedAt: Date, expires: string, now: Date): void {
  const seconds = /^\d{1,7}$/.test(expires) ? Number(expires) : 0;
  if (seconds < 1 || seconds > EXPIRES_SECONDS_MAX) {
    throw new S3Error(MALFORMED, { message: 'X-Amz-Expires must be between 1 and 604800 seconds.' });
  }
  if (signedAt.getTime() > now.getTime() + CLOCK_SKEW_MS_MAX) {
    throw new S3Error('AccessDenied', { message: 'Request is not valid yet' });
  }
  if (now.getTime() > signedAt.getTime() + seconds * 1000) {
    throw new S3Error('AccessDenied', { message: 'Request has expired' });
  }
}
