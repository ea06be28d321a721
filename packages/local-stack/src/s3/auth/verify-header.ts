import type { S3Service } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { S3Request } from '../request.ts';
import { parseCredential } from './credential-scope.ts';
import { signaturesEqual } from './request-signer.ts';
import { pickSignedHeaders } from './signed-headers.ts';

export const CLOCK_SKEW_MS_MAX = 15 * 60 * 1000;
const MALFORMED = 'AuthorizationHeaderMalformed';

/** Verifies `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. */
export async function verifyHeader(request: S3Request, service: S3Service): Promise<void> {
  const { credential, signedHeaders, signature } = parseAuthorization(request.sentHeaders.authorization ?? '');
  const { scope, signedAt } = parseCredential(credential, request.sentHeaders['x-amz-date'], service, MALFORMED);
  if (Math.abs(service.now().getTime() - signedAt.getTime()) > CLOCK_SKEW_MS_MAX)
    throw new S3Error('RequestTimeTooSkewed');
  const payloadHash = request.sentHeaders['x-amz-content-sha256'];
  if (payloadHash === undefined) {
    throw new S3Error('InvalidRequest', { message: 'Missing required header for this request: x-amz-content-sha256' });
  }
  const headers = pickSignedHeaders(request, signedHeaders, MALFORMED);
  const { method, path, query } = request;
  const signed = { method, path, query, headers, payloadHash };
  const expected = await service.signer.signRequestAt(signed, scope, signedAt);
  if (!signaturesEqual(expected, signature)) throw new S3Error('SignatureDoesNotMatch');
}

function parseAuthorization(header: string) {
  const [algorithm = '', rest = ''] = header.split(/\s(.*)/s);
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    throw new S3Error('InvalidRequest', { message: 'The authorization mechanism must be AWS4-HMAC-SHA256.' });
  }
  const fields = new Map(rest.split(',').map((field) => splitOnce(field.trim(), '=')));
  const credential = fields.get('Credential');
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (!credential || !signedHeaders || !signature) throw new S3Error(MALFORMED);
  return { credential, signedHeaders, signature };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
