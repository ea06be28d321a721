import { notImplemented, S3Error } from '../errors.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  isChecksumAlgorithm,
  isChecksumValue,
} from './checksums.ts';

type Headers = Readonly<Record<string, string>>;

/** The properties of a body as declared in the request headers. A BodyDigest verifies them. */
export interface DeclaredBody {
  readonly length: number | undefined;
  readonly md5: string | undefined;
  readonly sha256Hex: string | undefined;
  readonly checksum: DeclaredChecksum | undefined;
}

export interface DeclaredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Sent in a header, sent in the trailer, or only to be computed. */
  readonly value: string | 'in-trailer' | undefined;
}

export type PayloadEncoding = 'plain' | 'chunked';

export function payloadEncoding(headers: Headers): PayloadEncoding {
  const payload = headers['x-amz-content-sha256'] ?? '';
  if (!payload.startsWith('STREAMING-')) return 'plain';
  if (payload === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return 'chunked';
  throw notImplemented(`A payload of ${payload}`);
}

export function declaredBodyOf(headers: Headers): DeclaredBody {
  return {
    length: declaredLength(headers),
    md5: declaredMd5(headers['content-md5']),
    sha256Hex: declaredSha256(headers['x-amz-content-sha256']),
    checksum: declaredChecksum(headers),
  };
}

function declaredLength(headers: Headers): number | undefined {
  const chunked = payloadEncoding(headers) !== 'plain';
  const text = chunked ? headers['x-amz-decoded-content-length'] : headers['content-length'];
  if (text === undefined) {
    if (chunked || headers['transfer-encoding'] !== undefined) throw new S3Error('MissingContentLength');
    return undefined;
  }
  if (!/^\d{1,15}$/.test(text))
    throw new S3Error('InvalidArgument', { message: 'The length of the body is not a number.' });
  return Number(text);
}

function declaredMd5(value: string | undefined): string | undefined {
  if (value !== undefined && Buffer.from(value, 'base64').length !== 16) throw new S3Error('InvalidDigest');
  return value;
}

function declaredSha256(value: string | undefined): string | undefined {
  if (value === undefined || value === 'UNSIGNED-PAYLOAD' || value.startsWith('STREAMING-')) return undefined;
  if (!/^[0-9a-f]{64}$/.test(value)) {
    throw new S3Error('InvalidArgument', {
      message: 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a hash.',
    });
  }
  return value;
}

function declaredChecksum(headers: Headers): DeclaredChecksum | undefined {
  const given = checksumAlgorithms.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  if (given.length > 1) throw new S3Error('InvalidRequest', { message: 'Expecting a single x-amz-checksum- header' });
  const [algorithm] = given;
  if (algorithm) {
    const value = headers[checksumHeader(algorithm)] ?? '';
    assertChecksumValue(algorithm, value);
    return { algorithm, value };
  }
  const trailer = (headers['x-amz-trailer'] ?? '').toLowerCase().replace('x-amz-checksum-', '');
  if (trailer !== '') return { algorithm: namedAlgorithm(trailer), value: 'in-trailer' };
  const wanted = headers['x-amz-sdk-checksum-algorithm'] ?? headers['x-amz-checksum-algorithm'];
  return wanted ? { algorithm: namedAlgorithm(wanted.toLowerCase()), value: undefined } : undefined;
}

export function assertChecksumValue(algorithm: ChecksumAlgorithm, value: string): void {
  if (isChecksumValue(algorithm, value)) return;
  throw new S3Error('InvalidRequest', { message: `Value for ${checksumHeader(algorithm)} is invalid.` });
}

export function namedAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = name.toLowerCase();
  if (isChecksumAlgorithm(algorithm)) return algorithm;
  throw new S3Error('InvalidRequest', { message: `The checksum algorithm ${name} is not supported.` });
}
