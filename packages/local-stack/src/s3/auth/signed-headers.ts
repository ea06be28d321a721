import { S3Error, type S3ErrorCode } from '../errors.ts';
import type { S3Request } from '../request.ts';

/** The headers listed in `SignedHeaders`. Rejects requests with unsigned `x-amz-` headers. */
export function pickSignedHeaders(request: S3Request, list: string, malformed: S3ErrorCode): Record<string, string> {
  const names = new Set(list.split(';'));
  if (!names.has('host')) throw new S3Error(malformed, { message: "The header 'host' must be signed." });
  const unsigned = Object.keys(request.sentHeaders).filter((name) => name.startsWith('x-amz-') && !names.has(name));
  if (unsigned.length > 0) {
    const details = { HeadersNotSigned: unsigned.join(', ') };
    throw new S3Error('AccessDenied', { message: 'There were headers present which were not signed.', details });
  }
  // A signed header that is missing in the request is left out; the signature then differs.
  return Object.fromEntries([...names].flatMap((name) => headerEntry(request.sentHeaders, name)));
}

function headerEntry(headers: Record<string, string>, name: string): [string, string][] {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return value === undefined ? [] : [[name, value]];
}
