import { validateHeaderValue } from 'node:http';
import { notImplemented, S3Error } from './errors.ts';

type Headers = Readonly<Record<string, string>>;

const STANDARD_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-language',
  'content-type',
  'expires',
] as const;
const METADATA_BYTES_MAX = 2048;

/** The headers of a write that are returned with every read of the object. */
export function storedHeaders(headers: Headers): Record<string, string> {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  const metadataBytes = metadata.reduce(
    (sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + value.length,
    0,
  );
  if (metadataBytes > METADATA_BYTES_MAX) throw new S3Error('MetadataTooLarge');
  const stored: Record<string, string> = { 'content-type': 'binary/octet-stream', ...Object.fromEntries(metadata) };
  for (const name of STANDARD_HEADERS) if (headers[name]) stored[name] = headers[name];
  const encoding = contentEncoding(headers['content-encoding']);
  if (encoding) stored['content-encoding'] = encoding;
  assertSendable(stored);
  return stored;
}

/** Values from a query or a form may contain characters that are not allowed in an HTTP header. */
function assertSendable(headers: Headers): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderValue(name, value);
    } catch (cause) {
      throw new S3Error('InvalidArgument', { message: `The value of ${name} cannot be sent in a header.`, cause });
    }
  }
}

/** Options of a write that must not be ignored: copies, tags, ACLs, locks and customer keys. */
const NOT_IMPLEMENTED = [
  /^x-amz-(copy-source|grant-|object-lock-|server-side-encryption-customer-|tagging|website-redirect|write-offset-bytes)/,
  /^(tagging|redirect|success_action_)/,
];

/** @param headers of a request, or the fields of a form */
export function assertSupportedWrite(headers: Headers): void {
  const acl = headers['x-amz-acl'] ?? headers.acl;
  if (acl !== undefined && acl !== 'private') throw notImplemented(`The ACL ${acl}`);
  const name = Object.keys(headers).find((candidate) => NOT_IMPLEMENTED.some((pattern) => pattern.test(candidate)));
  if (name) throw notImplemented(name);
}

/** `aws-chunked` is a transfer encoding, not an encoding of the object. */
function contentEncoding(header: string | undefined): string {
  const encodings = (header ?? '').split(',').map((encoding) => encoding.trim());
  return encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(', ');
}
