import { createHash } from 'node:crypto';
import { S3Error } from '../errors.ts';
import { checksumHeader, createChecksum, type StoredChecksum } from './checksums.ts';
import { assertChecksumValue, type DeclaredBody } from './declared-body.ts';

export interface VerifiedBody {
  readonly size: number;
  readonly md5Hex: string;
  readonly checksum: StoredChecksum | undefined;
}

/** Hashes a body as it streams by and holds it, at its end, against what was declared of it. */
export class BodyDigest {
  readonly #declared: DeclaredBody;
  readonly #md5 = createHash('md5');
  readonly #sha256 = createHash('sha256');
  readonly #checksum;
  #size = 0;

  constructor(declared: DeclaredBody) {
    this.#declared = declared;
    this.#checksum = declared.checksum && createChecksum(declared.checksum.algorithm);
  }

  get size(): number {
    return this.#size;
  }

  update(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#md5.update(chunk);
    this.#checksum?.update(chunk);
    if (this.#declared.sha256Hex !== undefined) this.#sha256.update(chunk);
  }

  async verify(trailers: ReadonlyMap<string, string>): Promise<VerifiedBody> {
    const { length, md5, sha256Hex } = this.#declared;
    if (length !== undefined && length !== this.#size) throw new S3Error('IncompleteBody');
    const md5Digest = this.#md5.digest();
    if (md5 !== undefined && md5 !== md5Digest.toString('base64')) throw new S3Error('BadDigest');
    if (sha256Hex !== undefined && sha256Hex !== this.#sha256.digest('hex'))
      throw new S3Error('XAmzContentSHA256Mismatch');
    return { size: this.#size, md5Hex: md5Digest.toString('hex'), checksum: await this.#verifyChecksum(trailers) };
  }

  async #verifyChecksum(trailers: ReadonlyMap<string, string>): Promise<StoredChecksum | undefined> {
    const declared = this.#declared.checksum;
    if (!declared || !this.#checksum) return undefined;
    const { algorithm } = declared;
    const header = checksumHeader(algorithm);
    const value = Buffer.from(await this.#checksum.digest()).toString('base64');
    const expected = declared.value === 'in-trailer' ? (trailers.get(header) ?? '') : declared.value;
    if (expected !== undefined) {
      assertChecksumValue(algorithm, expected);
      if (expected !== value)
        throw new S3Error('BadDigest', { message: `The ${header} did not match what we received.` });
    }
    return { algorithm, value, type: 'FULL_OBJECT' };
  }
}
