import { validateHeaderValue } from 'node:http';
import { S3Error } from './errors.ts';

type Headers = Readonly<Record<string, string>>;

const standardHeaders = [
  'cache-control',
  'content-disposition',
  'content-language',
  'content-type',
  'expires',
] as const;
const metadataBytesMax = 2048;

/** The headers of a write that come back with every read of the object. */
export function storedHeaders(headers: Headers): Record<string, string> {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  const metadataBytes = metadata.reduce(
    (sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + value.length,
    0,
  );
  if (metadataBytes > metadataBytesMax) throw new S3Error('MetadataTooLarge');
  const stored: Record<string, string> = { 'content-type': 'binary/octet-stream', ...Object.fromEntries(metadata) };
  for (const name of standardHeaders) if (headers[name]) stored[name] = headers[name];
  const encoding = contentEncoding(headers['content-encoding']);
  if (encoding) stored['content-encoding'] = encoding;
  assertSendable(stored);
  return stored;
}

/** Values that came through a query or a form may hold what no HTTP header can. */
export function assertSendable(headers: Headers): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderValue(name, value);
    } catch (cause) {
      throw new S3Error('InvalidArgument', { message: `The value of ${name} cannot be sent in a header.`, cause });
    }
  }
}

/** What writes may ask for that would be wrong to ignore. */
export function assertSupportedWrite(headers: Headers): void {
  const acl = headers['x-amz-acl'] ?? headers.acl;
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control') {
    throw new S3Error('AccessControlListNotSupported');
  }
  const unsupported = Object.keys(headers).find((name) =>
    /^x-amz-(grant-|object-lock-|server-side-encryption-customer-|write-offset-bytes|website-redirect)/.test(name),
  );
  if (unsupported) throw new S3Error('NotImplemented', { message: `${unsupported} is not supported.` });
}

/** `aws-chunked` tells how the body travels, not what it is. */
function contentEncoding(header: string | undefined): string {
  const encodings = (header ?? '').split(',').map((encoding) => encoding.trim());
  return encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(', ');
}
