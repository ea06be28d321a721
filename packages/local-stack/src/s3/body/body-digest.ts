import { createHash } from 'node:crypto';
import { S3Error } from '../errors.ts';
import { checksumHeader, createChecksum, type RunningChecksum, type StoredChecksum } from './checksums.ts';
import { assertChecksumValue, type DeclaredBody, type DeclaredChecksum } from './declared-body.ts';

export interface VerifiedBody {
  readonly size: number;
  readonly md5Hex: string;
  readonly checksum: StoredChecksum | undefined;
}

/** Hashes a body while it is streamed. */
export interface BodyDigest {
  /** @returns the number of bytes streamed */
  update(chunk: Buffer): number;
  /** Compares the whole body with its declaration. @throws S3Error */
  verify(trailers: ReadonlyMap<string, string>): Promise<VerifiedBody>;
}

export function createBodyDigest(declared: DeclaredBody): BodyDigest {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  const checksum = declared.checksum && createChecksum(declared.checksum.algorithm);
  let size = 0;
  return {
    update(chunk) {
      md5.update(chunk);
      checksum?.update(chunk);
      if (declared.sha256Hex !== undefined) sha256.update(chunk);
      size += chunk.length;
      return size;
    },
    async verify(trailers) {
      if (declared.length !== undefined && declared.length !== size) throw new S3Error('IncompleteBody');
      const md5Digest = md5.digest();
      if (declared.md5 !== undefined && declared.md5 !== md5Digest.toString('base64')) throw new S3Error('BadDigest');
      if (declared.sha256Hex !== undefined && declared.sha256Hex !== sha256.digest('hex'))
        throw new S3Error('XAmzContentSHA256Mismatch');
      return {
        size,
        md5Hex: md5Digest.toString('hex'),
        checksum: declared.checksum && checksum && (await verifyChecksum(declared.checksum, checksum, trailers)),
      };
    },
  };
}

async function verifyChecksum(
  { algorithm, value: declared }: DeclaredChecksum,
  running: RunningChecksum,
  trailers: ReadonlyMap<string, string>,
): Promise<StoredChecksum> {
  const header = checksumHeader(algorithm);
  const value = Buffer.from(await running.digest()).toString('base64');
  const expected = declared === 'in-trailer' ? (trailers.get(header) ?? '') : declared;
  if (expected !== undefined) {
    assertChecksumValue(algorithm, expected);
    if (expected !== value)
      throw new S3Error('BadDigest', { message: `The ${header} did not match what we received.` });
  }
  return { algorithm, value, type: 'FULL_OBJECT' };
}
